package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;

/** Draws expressions. Times are few, and few milliseconds apart from what logs are made of, so that edges are hit. */
final class DrawExpr {
    private static final int[] TIMES = {10, 10, 20, 30};

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

    Expr root(int depth) {
        return node(depth, true);
    }

    Expr.Leaf item() {
        return new Expr.Leaf(Expr.Kind.ITEM, "split.parts", "", random.nextInt(4) == 0 ? least() : OptionalInt.empty());
    }

    Expr.Gather gather() {
        Expr.Kind kind = random.nextInt(3) == 0 ? Expr.Kind.SETTLED : Expr.Kind.COMPLETED;
        return new Expr.Gather(Expr.leaf(kind, "body"), "split.parts", window());
    }

    /** @param opens an {@code absent} without {@code after} may stand here */
    private Expr node(int depth, boolean opens) {
        if (depth == 0) {
            return opens && timed && random.nextInt(8) == 0 ? time(0, true) : leaf();
        }
        return switch (random.nextInt(timed ? 14 : 8)) {
            case 0 -> leaf();
            case 1, 2 -> new Expr.Any(parts(depth, opens));
            case 3, 4 -> all(parts(depth, opens));
            case 5, 6 -> new Expr.Seq(parts(depth, opens), false, window());
            case 7 -> new Expr.AtLeast(2, parts(depth, opens, 3), window());
            case 8 -> new Expr.Count(1 + random.nextInt(3), node(depth - 1, opens), window());
            case 9, 10 -> strict();
            default -> time(depth, opens);
        };
    }

    private Expr time(int depth, boolean opens) {
        return switch (random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> new Expr.Every(time());
            case 1 -> opens ? new Expr.Absent(leaf(), time(), List.of()) : new Expr.Every(time());
            case 2 -> new Expr.Absent(node(depth - 1, false), time(), List.of(node(depth - 1, false)));
            default -> batch(node(depth - 1, false));
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

    private Expr strict() {
        List<Expr> parts = new ArrayList<>();
        for (int count = 2 + random.nextInt(2); count > 0; count--) {
            parts.add(random.nextInt(4) == 0 ? Expr.any(leaf(), leaf()) : leaf());
        }
        return new Expr.Seq(parts, true, window());
    }

    private List<Expr> parts(int depth, boolean opens) {
        return parts(depth, opens, 2 + random.nextInt(2));
    }

    private List<Expr> parts(int depth, boolean opens, int count) {
        List<Expr> parts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            parts.add(node(random.nextInt(depth), opens));
        }
        return parts;
    }

    private Expr leaf() {
        if (streams && random.nextBoolean()) {
            return switch (random.nextInt(5)) {
                case 0 -> item();
                case 1 -> Expr.leaf(Expr.Kind.READY, "split.head");
                case 2 -> Expr.leaf(Expr.Kind.SETTLED, "split");
                case 3 -> Expr.leaf(Expr.Kind.SETTLED, "body");
                default -> Expr.leaf(Expr.Kind.COMPLETED, "body");
            };
        }
        if (random.nextInt(20) == 0) {
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
