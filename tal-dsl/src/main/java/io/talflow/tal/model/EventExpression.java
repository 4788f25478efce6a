package io.talflow.tal.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a trigger waits for. Immutable; equality is structural. */
public sealed interface EventExpression {
    <R> R accept(Visitor<R> visitor);

    /** Parts in source order; empty for a leaf. */
    List<EventExpression> children();

    /** The name the rule's expressions know the match of this node by. */
    Optional<String> alias();

    Position position();

    /**
     * One event of {@code type} about {@code name} for which {@code filter} holds.
     *
     * @param name the node a function was invoked as, or the declared event; empty for {@code started}
     * @param datum the datum of READY, ITEM; empty otherwise
     */
    record Leaf(
            LeafType type,
            String name,
            String datum,
            Optional<Template.Expression> filter,
            Optional<String> alias,
            Position position)
            implements EventExpression {
        public Leaf {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(datum, "datum");
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.leaf(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of();
        }
    }

    /** The head words of a leaf. */
    enum LeafType {
        /** The task has started; {@code event.data} is its input. */
        STARTED,
        /** An invocation succeeded; {@code event.data} is its result. */
        COMPLETED,
        /** An invocation failed for good; {@code event.data} is {@code {error, message}}. A rule that waits for it catches it. */
        FAILED,
        /** A node completed or was skipped: what a join after a condition waits for. */
        SETTLED,
        /** A datum is ready; {@code event.data} is its value. */
        READY,
        /** A slice of a stream; {@code event.data} is its value. */
        ITEM,
        /** A user-defined event. */
        EVENT
    }

    /** The first of the parts to happen. */
    record Any(List<EventExpression> children, Optional<String> alias, Position position) implements EventExpression {
        public Any {
            children = List.copyOf(children);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.any(this);
        }
    }

    /** Every part has happened at least once, in any order. */
    record All(List<EventExpression> children, Optional<String> alias, Position position) implements EventExpression {
        public All {
            children = List.copyOf(children);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.all(this);
        }
    }

    /** The parts have happened one after the other; other events may lie between. */
    record Seq(List<EventExpression> children, Optional<String> alias, Position position) implements EventExpression {
        public Seq {
            children = List.copyOf(children);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.seq(this);
        }
    }

    /**
     * The join of a foreach: {@code member} has happened for every slice of the stream {@code producer.stream}, whose
     * number is known when the stream closes. A stream of no slices is complete at its close.
     */
    record Gather(Leaf member, String producer, String stream, Optional<String> alias, Position position)
            implements EventExpression {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.gather(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of(member);
        }
    }

    /** A new kind of expression does not compile until every visitor handles it. */
    interface Visitor<R> {
        R leaf(Leaf leaf);

        R any(Any any);

        R all(All all);

        R seq(Seq seq);

        R gather(Gather gather);
    }
}
