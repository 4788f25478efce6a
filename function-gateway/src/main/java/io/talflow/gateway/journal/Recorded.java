package io.talflow.gateway.journal;

/**
 * An outcome as the journal has it.
 *
 * @param start what the call found; NONE also where a journal that was read again does not know it any more
 */
public record Recorded(FiringKey key, String task, Outcome outcome, Start start) {
    /** An outcome of which that is not known. */
    Recorded(FiringKey key, String task, Outcome outcome) {
        this(key, task, outcome, Start.NONE);
    }
}
