package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;

/** Draws expressions. Times are few, and few milliseconds apart from what logs are made of, so that edges are hit. */
final class DrawExpr {
    private static final int[] TIMES = {10, 10, 20, 30};

    /** Where an expression stands, which decides what can ever happen there. */
    private enum Place {
        /** Armed with its rule: it can see the start. */
        FIRST,
        /** A later part of a seq: an {@code absent} without {@code after} is opened when its turn comes. */
        TURN,
        /** Below an absent or a batch, or in a strict seq. */
        INNER
    }

    private final Random random;
    private final List<String> events;
    private final boolean timed;
    private final boolean streams;

    DrawExpr(Random random, List<String> events, boolean timed) {
        this(random, events, timed, false);
    }

    private DrawExpr(Random random, List<String> events, boolean timed, boolean streams) {
        this.random = random;
        this.events = events;
        this.timed = timed;
        this.streams = streams;
    }

    /** The same, with leaves about a producer and its slices. */
    DrawExpr streaming() {
        return new DrawExpr(random, events, timed, true);
    }

    /** Of a rule that is added: it does not see the start. */
    Expr later(int depth) {
        return node(depth, Place.TURN);
    }

    Expr root(int depth) {
        return node(depth, Place.FIRST);
    }

    Expr.Leaf item() {
        return new Expr.Leaf(Expr.Kind.ITEM, "split.parts", "", random.nextInt(4) == 0 ? least() : OptionalInt.empty());
    }

    Expr.Gather gather() {
        Expr.Kind kind = random.nextInt(3) == 0 ? Expr.Kind.SETTLED : Expr.Kind.COMPLETED;
        return new Expr.Gather(Expr.leaf(kind, "body"), "split.parts", window());
    }

    private Expr node(int depth, Place place) {
        if (depth == 0) {
            return timed && place != Place.INNER && random.nextInt(8) == 0 ? time(0, place) : leaf(place);
        }
        if (streams && random.nextInt(12) == 0) {
            return gather();
        }
        return switch (random.nextInt(timed ? 14 : 8)) {
            case 0 -> leaf(place);
            case 1, 2 -> new Expr.Any(parts(depth, place));
            case 3, 4 -> all(parts(depth, place));
            case 5, 6 -> seq(sequence(depth, place));
            case 7 -> new Expr.AtLeast(2, parts(depth, place, 3), window());
            case 8 -> new Expr.Count(1 + random.nextInt(3), node(depth - 1, place), window());
            case 9, 10 -> strict();
            default -> time(depth, place);
        };
    }

    private Expr time(int depth, Place place) {
        return switch (random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> new Expr.Every(time());
            case 1 ->
                place != Place.INNER ? new Expr.Absent(leaf(Place.INNER), time(), List.of()) : new Expr.Every(time());
            case 2 -> new Expr.Absent(node(depth - 1, Place.INNER), time(), List.of(node(depth - 1, Place.INNER)));
            default -> batch(node(depth - 1, Place.INNER));
        };
    }

    private Expr batch(Expr of) {
        int size = random.nextInt(4);
        return new Expr.Batch(
                streams && random.nextBoolean() ? item() : of,
                size == 0 ? OptionalInt.empty() : OptionalInt.of(size),
                size == 0 || random.nextBoolean() ? OptionalLong.of(time()) : OptionalLong.empty());
    }

    private Expr all(List<Expr> parts) {
        return new Expr.AtLeast(parts.size(), parts, window());
    }

    /** One that waits for a failure has no ways, of which the oracle does not say which waits. */
    private Expr seq(List<Expr> parts) {
        return new Expr.Seq(parts, false, parts.stream().anyMatch(DrawExpr::seesFailure) ? 0 : window());
    }

    private static boolean seesFailure(Expr node) {
        return (node instanceof Expr.Leaf leaf && leaf.kind() == Expr.Kind.FAILED)
                || node.children().stream().anyMatch(DrawExpr::seesFailure);
    }

    private Expr strict() {
        List<Expr> parts = new ArrayList<>();
        for (int count = 2 + random.nextInt(2); count > 0; count--) {
            parts.add(random.nextInt(4) == 0 ? Expr.any(leaf(Place.INNER), leaf(Place.INNER)) : leaf(Place.INNER));
        }
        return new Expr.Seq(parts, true, window());
    }

    private List<Expr> sequence(int depth, Place place) {
        List<Expr> parts = new ArrayList<>(parts(depth, place, 1));
        parts.addAll(parts(depth, place == Place.FIRST ? Place.TURN : place, 1 + random.nextInt(2)));
        return parts;
    }

    private List<Expr> parts(int depth, Place place) {
        return parts(depth, place, 2 + random.nextInt(2));
    }

    private List<Expr> parts(int depth, Place place, int count) {
        List<Expr> parts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            parts.add(node(random.nextInt(depth), place));
        }
        return parts;
    }

    private Expr leaf(Place place) {
        if (streams && random.nextBoolean()) {
            return switch (random.nextInt(8)) {
                case 7 ->
                    place == Place.INNER
                            ? item()
                            : Expr.leaf(Expr.Kind.FAILED, random.nextBoolean() ? "body" : "split");
                case 0 -> item();
                case 5 -> Expr.leaf(Expr.Kind.SETTLED, "sub");
                case 6 -> Expr.leaf(Expr.Kind.COMPLETED, "sub");
                case 1 -> Expr.leaf(Expr.Kind.READY, random.nextInt(4) > 0 ? "split.head" : "split.parts");
                case 2 -> Expr.leaf(Expr.Kind.SETTLED, "split");
                case 3 -> Expr.leaf(Expr.Kind.SETTLED, "body");
                default -> Expr.leaf(Expr.Kind.COMPLETED, "body");
            };
        }
        if (place == Place.FIRST && random.nextInt(12) == 0) {
            return Expr.leaf(Expr.Kind.STARTED, "");
        }
        String subject = random.nextInt(8) == 0 ? "s" : "";
        return new Expr.Leaf(
                Expr.Kind.EVENT,
                events.get(random.nextInt(events.size())),
                timed ? subject : "",
                random.nextInt(4) == 0 ? least() : OptionalInt.empty());
    }

    private OptionalInt least() {
        return OptionalInt.of(1 + random.nextInt(3));
    }

    private long window() {
        return timed && random.nextInt(2) == 0 ? time() : 0;
    }

    private long time() {
        return TIMES[random.nextInt(TIMES.length)];
    }
}
