package io.talflow.gateway.journal;

/** The journal's answer to a firing. */
public sealed interface Acceptance {
    /** New, and journaled: run it. */
    record Run(Firing firing) implements Acceptance {}

    /** Runs already, or was withdrawn: nothing to do. */
    record Known() implements Acceptance {}

    /** Has run: tell its outcome again. */
    record Finished(Recorded recorded) implements Acceptance {}

    /** Not journaled, and not to be: this node takes nothing new. */
    record Refused() implements Acceptance {}

    /** The same firing and attempt was journaled with another body. */
    record Conflict() implements Acceptance {}
}
