package io.talflow.tal.model;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a trigger waits for. Immutable; equality is structural. */
public sealed interface EventExpression {
    <R> R accept(Visitor<R> visitor);

    /** Parts in source order; empty for a leaf. Every node is numbered in this order, depth first. */
    List<EventExpression> children();

    /** From its first arrival, the end excluded; empty: for ever. */
    default Optional<Duration> window() {
        return Optional.empty();
    }

    /** Whether it is one event: a leaf, or the first of several leaves. */
    default boolean isSingleEvent() {
        return this instanceof Leaf
                || (this instanceof Any && children().stream().allMatch(EventExpression::isSingleEvent));
    }

    /** The name the rule's expressions know the match of this node by. */
    Optional<String> alias();

    Position position();

    /**
     * One event of {@code type} about {@code name} for which {@code filter} holds.
     *
     * @param name the node a function was invoked as, or the declared event; empty for {@code started}
     * @param datum the datum of READY, ITEM; empty otherwise
     * @param subject the CloudEvents subject it must have; empty: any
     */
    record Leaf(
            LeafType type,
            String name,
            String datum,
            Optional<String> subject,
            Optional<Template.Expression> filter,
            Optional<String> alias,
            Position position)
            implements EventExpression {
        public Leaf {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(datum, "datum");
        }

        /** A leaf of any subject, without a filter or a name. */
        public static Leaf of(LeafType type, String name, String datum, Position position) {
            return new Leaf(type, name, datum, Optional.empty(), Optional.empty(), Optional.empty(), position);
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

    /**
     * Every part has happened at least once, in any order.
     *
     * @param window from its first arrival, the end excluded; empty: for ever
     */
    record All(List<EventExpression> children, Optional<Duration> window, Optional<String> alias, Position position)
            implements EventExpression {
        public All {
            children = List.copyOf(children);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.all(this);
        }
    }

    /** {@code least} of the parts have happened. */
    record AtLeast(
            int least,
            List<EventExpression> children,
            Optional<Duration> window,
            Optional<String> alias,
            Position position)
            implements EventExpression {
        public AtLeast {
            children = List.copyOf(children);
            if (least < 1 || least > children.size()) {
                throw new IllegalArgumentException(
                        "atLeast: must be 1 to %d, the number of its events, is %d".formatted(children.size(), least));
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.atLeast(this);
        }
    }

    /** {@code of} has happened {@code count} times. */
    record Count(int count, EventExpression of, Optional<Duration> window, Optional<String> alias, Position position)
            implements EventExpression {
        public Count {
            if (count < 1) {
                throw new IllegalArgumentException("count: must be 1 or more, is " + count);
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.count(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of(of);
        }
    }

    /**
     * The parts have happened one after the other.
     *
     * @param strict no other event of the task may lie between; else others may
     */
    record Seq(
            List<EventExpression> children,
            boolean strict,
            Optional<Duration> window,
            Optional<String> alias,
            Position position)
            implements EventExpression {
        /** An arrival tells the parts it can be by the bits of a long, and needs some of them for more. */
        public static final int MOST_PARTS = 60;

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
    record Gather(
            Leaf member,
            String producer,
            String stream,
            Optional<Duration> window,
            Optional<String> alias,
            Position position)
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

    /** {@code duration} has passed since {@code after} happened, and {@code event} has not. Children: after, event. */
    record Absent(
            EventExpression event, Duration duration, EventExpression after, Optional<String> alias, Position position)
            implements EventExpression {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.absent(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of(after, event);
        }

        /** Whether it opens when its rule is armed, as opposed to at an event. */
        public boolean opensWhenArmed() {
            return after instanceof Leaf leaf && leaf.type() == LeafType.STARTED;
        }
    }

    /** Each {@code period} since the rule was armed. */
    record Every(Duration period, Optional<String> alias, Position position) implements EventExpression {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.every(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of();
        }
    }

    /**
     * {@code of} has happened {@code size} times, or {@code maxWait} has passed since the first, whichever comes first.
     *
     * @param size 1 to {@link #MOST}; {@link #MOST} where only time counts
     */
    record Batch(EventExpression of, int size, Optional<Duration> maxWait, Optional<String> alias, Position position)
            implements EventExpression {
        public static final int MOST = 10_000;

        public Batch {
            if (size < 1 || size > MOST) {
                throw new IllegalArgumentException("size: must be 1 to %d, is %d".formatted(MOST, size));
            }
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.batch(this);
        }

        @Override
        public List<EventExpression> children() {
            return List.of(of);
        }
    }

    /** A new kind of expression does not compile until every visitor handles it. */
    interface Visitor<R> {
        R leaf(Leaf leaf);

        R any(Any any);

        R all(All all);

        R atLeast(AtLeast atLeast);

        R count(Count count);

        R seq(Seq seq);

        R gather(Gather gather);

        R absent(Absent absent);

        R every(Every every);

        R batch(Batch batch);
    }
}
