package io.talflow.gateway.data;

/** Functions that have put values, to be called again for them. */
public interface Producers {
    /**
     * Calls the function of a firing again on this node, as one more attempt of which nothing counts but the values it puts.
     * Returns when it has ended.
     *
     * @return how it went, in words
     */
    Ended again(String firing);

    /**
     * An attempt that has ended.
     *
     * @param attempt its number; 0: none could be made
     * @param failure why it could not be made, or what it failed with; empty: it completed
     */
    record Ended(int attempt, String failure) {}
}
