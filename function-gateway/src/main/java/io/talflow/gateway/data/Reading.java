package io.talflow.gateway.data;

/**
 * A value that a function reads.
 *
 * @param task whose value it is: the function's own, or one that was given to it when it was started
 * @param firing attempt that reads it
 * @param of firing of the function that put it; empty: the reader's input does not say
 * @param name that function's for it; empty: the input does not say
 */
public record Reading(String task, String firing, String of, String name) {
    /** Of a value of its own task, of which it knows where it lies and no more. */
    public static Reading own(String task, String firing) {
        return new Reading(task, firing, "", "");
    }
}
