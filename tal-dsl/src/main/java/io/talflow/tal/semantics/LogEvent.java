package io.talflow.tal.semantics;

import io.talflow.tal.event.TalEvent;

/**
 * An event at its place in the log.
 *
 * @param timeMillis append time as the broker stamped it
 */
public record LogEvent(TalEvent event, int partition, long offset, long timeMillis) {}
