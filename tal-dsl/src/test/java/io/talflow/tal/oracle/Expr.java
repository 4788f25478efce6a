package io.talflow.tal.oracle;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The oracle's own event expressions. Times are milliseconds; a window of 0 means none.
 *
 * <p>Nothing here is shared with the product: a mistake in its model must not be one in the oracle's, too.
 */
sealed interface Expr {
    <R> R accept(Visitor<R> visitor);

    /** The parts below, in source order. */
    List<Expr> children();

    /** What an occurrence is, as a leaf names it. */
    enum Kind {
        STARTED,
        EVENT,
        COMPLETED,
        FAILED,
        SETTLED,
        READY,
        ITEM
    }

    /**
     * One occurrence.
     *
     * @param name the declared event, the node, or NODE.DATUM; empty for {@code started}
     * @param subject the event's subject, exactly; empty: any
     * @param least the filter {@code event.data.n >= least}; empty: none
     */
    record Leaf(Kind kind, String name, String subject, OptionalInt least) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.leaf(this);
        }

        @Override
        public List<Expr> children() {
            return List.of();
        }
    }

    record Any(List<Expr> parts) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.any(this);
        }

        @Override
        public List<Expr> children() {
            return parts;
        }
    }

    /** {@code all} where {@code least} is the number of parts, else {@code atLeast}. */
    record AtLeast(int least, List<Expr> parts, long within) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.atLeast(this);
        }

        @Override
        public List<Expr> children() {
            return parts;
        }
    }

    record Count(int times, Expr of, long within) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.count(this);
        }

        @Override
        public List<Expr> children() {
            return List.of(of);
        }
    }

    record Seq(List<Expr> parts, boolean strict, long within) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.seq(this);
        }

        @Override
        public List<Expr> children() {
            return parts;
        }
    }

    /** @param after empty list: since the rule was armed; else the one part */
    record Absent(Expr what, long during, List<Expr> after) implements Expr {
        /** Without {@code after}, or after {@code started}, which is the same. */
        boolean isSinceOpened() {
            return after.isEmpty() || (after.get(0) instanceof Leaf leaf && leaf.kind() == Kind.STARTED);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.absent(this);
        }

        @Override
        public List<Expr> children() {
            return Stream.concat(after.stream(), Stream.of(what)).toList();
        }
    }

    record Every(long period) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.every(this);
        }

        @Override
        public List<Expr> children() {
            return List.of();
        }
    }

    /** At least one of {@code size} and {@code maxWait} is given. */
    record Batch(Expr of, OptionalInt size, OptionalLong maxWait) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.batch(this);
        }

        @Override
        public List<Expr> children() {
            return List.of(of);
        }
    }

    /** @param over NODE.STREAM */
    record Gather(Leaf member, String over, long within) implements Expr {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.gather(this);
        }

        @Override
        public List<Expr> children() {
            return List.of(member);
        }
    }

    /** One method a kind, so that a new kind does not compile until everybody handles it. */
    interface Visitor<R> {
        R leaf(Leaf leaf);

        R any(Any any);

        R atLeast(AtLeast atLeast);

        R count(Count count);

        R seq(Seq seq);

        R absent(Absent absent);

        R every(Every every);

        R batch(Batch batch);

        R gather(Gather gather);
    }

    /** A single event in the sense of D34: a leaf, or {@code any} of leaves. */
    default boolean isSingle() {
        return this instanceof Leaf
                || (this instanceof Any && children().stream().allMatch(Expr::isSingle));
    }

    static Leaf event(String name) {
        return new Leaf(Kind.EVENT, name, "", OptionalInt.empty());
    }

    static Leaf event(String name, int least) {
        return new Leaf(Kind.EVENT, name, "", OptionalInt.of(least));
    }

    static Leaf leaf(Kind kind, String name) {
        return new Leaf(kind, name, "", OptionalInt.empty());
    }

    static Any any(Expr... parts) {
        return new Any(List.of(parts));
    }

    static AtLeast all(long within, Expr... parts) {
        return new AtLeast(parts.length, List.of(parts), within);
    }

    static Seq seq(long within, Expr... parts) {
        return new Seq(List.of(parts), false, within);
    }

    static Seq strict(long within, Expr... parts) {
        return new Seq(List.of(parts), true, within);
    }
}
