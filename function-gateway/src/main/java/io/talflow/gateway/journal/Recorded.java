package io.talflow.gateway.journal;

/**
 * An outcome as the journal has it.
 *
 * @param start what the call found
 */
public record Recorded(FiringKey key, String task, Outcome outcome, Start start) {}
