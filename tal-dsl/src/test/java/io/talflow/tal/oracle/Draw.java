package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws cases. The same seed gives the same case. */
final class Draw {
    private static final List<String> EVENTS = List.of("A", "B", "C", "D");
    private static final List<Flow.Function> FUNCTIONS = List.of(
            new Flow.Function("split", List.of("parts"), List.of("head")),
            new Flow.Function("body", List.of(), List.of()));

    private final Random random;
    private final Knobs knobs;
    private final DrawExpr expressions;

    /**
     * Sizes.
     *
     * @param depth of expressions; a leaf has 0
     * @param events of a log, at most
     * @param timed whether anything waits for time
     */
    record Knobs(int depth, int rules, int events, boolean timed) {
        static final Knobs DEFAULT = new Knobs(3, 3, 24, true);

        static final Knobs UNTIMED = new Knobs(3, 3, 24, false);
    }

    private Draw(long seed, Knobs knobs) {
        // Random's first numbers for seeds in a row are much alike.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.knobs = knobs;
        this.expressions = new DrawExpr(random, EVENTS, knobs.timed());
    }

    static Case of(long seed, Knobs knobs) {
        Draw draw = new Draw(seed, knobs);
        return draw.random.nextInt(4) == 0 ? draw.foreach() : draw.plain();
    }

    private Case plain() {
        List<Rule> rules = new ArrayList<>();
        int count = 1 + random.nextInt(knobs.rules());
        for (int index = 0; index < count; index++) {
            rules.add(rule("r" + index, expressions.root(random.nextInt(knobs.depth() + 1)), count));
        }
        return new Case(new Flow(EVENTS, List.of(), rules), new DrawLog(random, EVENTS).outside(knobs.events()));
    }

    /** A producer, a body for each slice, and rules over both. */
    private Case foreach() {
        DrawExpr streaming = expressions.streaming();
        List<Rule> rules = new ArrayList<>();
        rules.add(invoking("go", Expr.leaf(Expr.Kind.STARTED, ""), "split").once());
        rules.add(invoking("each", streaming.item(), "body"));
        if (random.nextInt(3) > 0) {
            rules.add(Rule.of("caught", Expr.leaf(Expr.Kind.FAILED, "body")));
        }
        Rule gather = rule("join", streaming.gather(), 0);
        rules.add(random.nextBoolean() ? gather.withOnFailed() : gather);
        int more = random.nextInt(knobs.rules());
        for (int index = 0; index < more; index++) {
            rules.add(rule("r" + index, streaming.root(random.nextInt(knobs.depth())), more));
        }
        return new Case(new Flow(EVENTS, FUNCTIONS, rules), new DrawLog(random, EVENTS).streaming(knobs.events()));
    }

    private static Rule invoking(String id, Expr when, String function) {
        return Rule.of(id, when).invoking(function);
    }

    private Rule rule(String id, Expr when, int others) {
        Rule rule = Rule.of(id, when);
        if (random.nextInt(4) == 0) {
            rule = rule.once();
        }
        if (!mayBeTimed(when) && random.nextInt(4) == 0) {
            rule = rule.onlyIf(1 + random.nextInt(4), random.nextBoolean());
        }
        if (hasWindow(when) && random.nextInt(3) > 0) {
            rule = rule.withOnTimeout();
        }
        if (knobs.timed() && others > 1 && random.nextInt(5) == 0) {
            rule = rule.switching(new Flow.Switch("r" + random.nextInt(others), random.nextBoolean()));
        }
        return knobs.timed() && random.nextInt(12) == 0 && !seesStart(when) ? rule.disabled() : rule;
    }

    private static boolean seesStart(Expr when) {
        return when.equals(Expr.leaf(Expr.Kind.STARTED, ""))
                || when.children().stream().anyMatch(Draw::seesStart);
    }

    /** Whether the event that completes it can be a timer's, which has no {@code n}. */
    private static boolean mayBeTimed(Expr when) {
        return when instanceof Expr.Every
                || when instanceof Expr.Absent
                || when instanceof Expr.Batch
                || when instanceof Expr.Gather
                || seesStart(when)
                || when.children().stream().anyMatch(Draw::mayBeTimed);
    }

    private static boolean hasWindow(Expr when) {
        return (when instanceof Expr.AtLeast all && all.within() > 0)
                || (when instanceof Expr.Count count && count.within() > 0)
                || (when instanceof Expr.Seq seq && seq.within() > 0)
                || (when instanceof Expr.Gather gather && gather.within() > 0);
    }
}
