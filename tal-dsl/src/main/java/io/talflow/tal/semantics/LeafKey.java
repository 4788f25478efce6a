package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Workflow;

/** What leads an occurrence to the leaves it concerns, and to no other. */
record LeafKey(Kind kind, String name, String datum) {
    enum Kind {
        STARTED,
        COMPLETED,
        FAILED,
        SETTLED,
        READY,
        ITEM,
        /** A stream has closed; no leaf of the language, gathers and batches listen to it. */
        CLOSED,
        /** The producer of a stream that was open has failed; gathers listen to it. */
        STREAM_FAILED,
        /** A deadline has passed; led to its node by the timer itself. */
        TIMER,
        /** {@code name} is the CloudEvents type. */
        EVENT
    }

    static final LeafKey STARTED = new LeafKey(Kind.STARTED, "", "");

    static LeafKey of(Leaf leaf, Workflow workflow) {
        return switch (leaf.type()) {
            case STARTED -> STARTED;
            case COMPLETED -> new LeafKey(Kind.COMPLETED, leaf.name(), "");
            case FAILED -> new LeafKey(Kind.FAILED, leaf.name(), "");
            case SETTLED -> new LeafKey(Kind.SETTLED, leaf.name(), "");
            case READY -> new LeafKey(Kind.READY, leaf.name(), leaf.datum());
            case ITEM -> new LeafKey(Kind.ITEM, leaf.name(), leaf.datum());
            case EVENT ->
                new LeafKey(Kind.EVENT, workflow.events().get(leaf.name()).type(), "");
        };
    }

    static LeafKey streamFailed(String producer, String stream) {
        return new LeafKey(Kind.STREAM_FAILED, producer, stream);
    }

    static LeafKey closed(String producer, String stream) {
        return new LeafKey(Kind.CLOSED, producer, stream);
    }
}
