package io.talflow.gateway.journal;

/** An outcome as the journal has it. */
public record Recorded(FiringKey key, String task, Outcome outcome) {}
