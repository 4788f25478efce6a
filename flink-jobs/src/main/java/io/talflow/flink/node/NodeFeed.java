package io.talflow.flink.node;

import java.io.Serializable;

/**
 * What keeps a {@link NodeTable} up to date. Not an input of the job: an operator that is held up must hear all the same who
 * lives, or it would take those for dead that it did not listen to.
 */
@FunctionalInterface
public interface NodeFeed extends Serializable {
    /** Begins to read, or joins in where it is read already. */
    Reading open();

    /** A table that is kept up to date until this is closed. */
    interface Reading extends AutoCloseable {
        NodeTable table();

        @Override
        void close();
    }

    /** Of nobody. */
    static NodeFeed none() {
        return () -> new Reading() {
            private final NodeTable empty = new NodeTable();

            @Override
            public NodeTable table() {
                return empty;
            }

            @Override
            public void close() {}
        };
    }
}
