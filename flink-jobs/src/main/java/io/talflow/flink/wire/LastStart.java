package io.talflow.flink.wire;

/** The last start of a workflow by its schedule, as a savepoint keeps it. */
public record LastStart(String workflow, long atMillis) {}
