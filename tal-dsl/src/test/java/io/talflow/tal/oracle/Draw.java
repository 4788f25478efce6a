package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Draws cases. The same seed gives the same case. */
final class Draw {
    private static final List<String> EVENTS = List.of("A", "B", "C", "D");
    private static final Flow.Function SPLIT = new Flow.Function("split", List.of("parts"), List.of("head"));
    private static final Flow.Function BODY = new Flow.Function("body", List.of(), List.of());
    private static final Flow.Function SUB = Flow.Function.task("sub");
    private static final Flow.Function UNDO = new Flow.Function("undo", List.of(), List.of());
    private static final List<String> NODES = List.of("split", "body", "body", "sub");
    private static final List<Flow.Ends> ENDS = List.of(Flow.Ends.COMPLETED, Flow.Ends.FAILED, Flow.Ends.UNDONE);

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
        return switch (draw.random.nextInt(12)) {
            case 0 -> draw.bounded();
            case 1, 2, 3 -> draw.foreach();
            case 4 -> draw.stalling();
            default -> draw.plain();
        };
    }

    /** Rules of tasks that are found by {@link #keys} of the same seed, and what comes by the ingress topic. */
    static Case keyed(long seed) {
        Draw draw = new Draw(seed, new Knobs(2, 2, 30, true));
        List<Rule> rules = new ArrayList<>();
        for (int index = 1 + draw.random.nextInt(2); index > 0; index--) {
            rules.add(draw.rule("r" + index, draw.expressions.root(draw.random.nextInt(3)), 0));
        }
        return new Case(
                new Flow(EVENTS, List.of(), rules), new DrawLog(draw.random, EVENTS).ingress(draw.knobs.events()));
    }

    /** Which events have a key, how long they are kept, and which of them starts a task. */
    static Keys keys(long seed) {
        Random random = new Draw(~seed, Knobs.DEFAULT).random;
        Map<String, Long> keep = new TreeMap<>();
        for (String event : EVENTS) {
            if (random.nextInt(4) > 0) {
                keep.put(event, 10L * Math.max(0, random.nextInt(5) - 1));
            }
        }
        return new Keys(keep, EVENTS.get(random.nextInt(2)), random.nextInt(4), random.nextInt(3) == 0);
    }

    private Case plain() {
        List<Rule> rules = new ArrayList<>();
        int count = 1 + random.nextInt(knobs.rules());
        for (int index = 0; index < count; index++) {
            Rule drawn = rule("r" + index, expressions.root(random.nextInt(knobs.depth() + 1)), count);
            rules.add(adding(expressions, ending(drawn)));
        }
        return new Case(
                lasting(new Flow(EVENTS, List.of(), rules, addable(expressions))),
                new DrawLog(random, EVENTS).outside(knobs.events()));
    }

    /** Rules that an operator may add. */
    private List<Rule> addable(DrawExpr from) {
        List<Rule> rules = new ArrayList<>();
        for (int index = 0; index < 2; index++) {
            rules.add(rule("x" + index, from.later(random.nextInt(knobs.depth())), 0));
        }
        return rules;
    }

    private Rule adding(DrawExpr from, Rule rule) {
        if (random.nextInt(6) > 0) {
            return rule;
        }
        String id = random.nextBoolean() ? "x0" : "r0";
        return rule.adding(Optional.of(rule(id, from.later(random.nextInt(knobs.depth())), 0)));
    }

    private Rule cancelling(Rule rule) {
        return random.nextInt(4) > 0 ? rule : rule.cancelling(NODES.get(random.nextInt(NODES.size())));
    }

    /** One that a skip makes happen does not skip, or they would go on for ever. */
    private Rule skipping(Rule rule) {
        return random.nextInt(4) > 0 || isSettled(rule.when())
                ? rule
                : rule.skipping(NODES.get(random.nextInt(NODES.size())));
    }

    private static boolean isSettled(Expr when) {
        return (when instanceof Expr.Leaf leaf && leaf.kind() == Expr.Kind.SETTLED)
                || when.children().stream().anyMatch(Draw::isSettled);
    }

    private Rule ending(Rule rule) {
        return random.nextInt(10) > 0 ? rule : rule.ending(ENDS.get(random.nextInt(ENDS.size())));
    }

    private Flow lasting(Flow flow) {
        return knobs.timed() && random.nextInt(10) == 0 ? flow.lasting(10 + random.nextInt(100)) : flow;
    }

    private Flow.Function undone(Flow.Function function) {
        return random.nextBoolean() ? function.undoneBy(UNDO.name()) : function;
    }

    private Flow.Function trying(Flow.Function function) {
        List<Flow.Retry> retry = new ArrayList<>();
        for (int entry = random.nextInt(3); entry > 0; entry--) {
            retry.add(new Flow.Retry(
                    entry == 1 ? "" : "E" + random.nextInt(5),
                    random.nextInt(3),
                    5L * (1 + random.nextInt(4)),
                    1 + random.nextInt(2),
                    random.nextInt(3) == 0 ? 15 : 0,
                    random.nextInt(3) == 0));
        }
        return function.trying(retry);
    }

    /** A producer, a body for each slice, and rules over both. */
    private Case foreach() {
        DrawExpr streaming = expressions.streaming();
        List<Rule> rules = new ArrayList<>();
        rules.add(invoking("go", Expr.leaf(Expr.Kind.STARTED, ""), "split").once());
        rules.add(invoking("each", streaming.item(), "body").atMost(Math.max(0, random.nextInt(5) - 2)));
        if (random.nextInt(3) > 0) {
            rules.add(Rule.of("caught", Expr.leaf(Expr.Kind.FAILED, "body")));
        }
        if (knobs.timed() && random.nextInt(3) == 0) {
            rules.add(Rule.of("quit", Expr.event("B")).once().ending(Flow.Ends.UNDONE));
        }
        Rule gather = rule("join", streaming.gather(), 0);
        rules.add(random.nextBoolean() ? gather.withOnFailed() : gather);
        rules.add(invoking("spawn", Expr.event("A"), "sub"));
        if (random.nextBoolean()) {
            rules.add(Rule.of("orphan", Expr.leaf(Expr.Kind.FAILED, "sub")));
        }
        int more = random.nextInt(knobs.rules());
        for (int index = 0; index < more; index++) {
            Rule drawn = rule("r" + index, streaming.root(random.nextInt(knobs.depth())), more);
            rules.add(adding(streaming, ending(skipping(cancelling(drawn)))));
        }
        Flow.Function split = SPLIT.keepingFirst(random.nextInt(3) == 0);
        List<Flow.Function> functions = List.of(undone(trying(split)), undone(trying(BODY)), trying(UNDO), SUB);
        return new Case(
                lasting(new Flow(EVENTS, functions, rules, addable(streaming))),
                new DrawLog(random, EVENTS).streaming(knobs.events()));
    }

    /** More slices than may run, whose bodies fail and are tried again. */
    private Case bounded() {
        List<Rule> rules = new ArrayList<>(List.of(
                invoking("go", Expr.leaf(Expr.Kind.STARTED, ""), "split").once(),
                invoking("each", Expr.leaf(Expr.Kind.ITEM, "split.parts"), "body")
                        .atMost(1 + random.nextInt(2)),
                Rule.of("done", Expr.leaf(Expr.Kind.COMPLETED, "body"))));
        if (random.nextInt(3) == 0) {
            rules.add(Rule.of("drop", Expr.event("C")).cancelling("body"));
        }
        if (random.nextBoolean()) {
            rules.add(Rule.of("caught", Expr.leaf(Expr.Kind.FAILED, "body")));
        }
        if (knobs.timed() && random.nextBoolean()) {
            rules.add(Rule.of("quit", Expr.event("B")).once().ending(Flow.Ends.UNDONE));
        }
        Flow.Retry retry = new Flow.Retry("", 1 + random.nextInt(3), 5, 1, 0, random.nextInt(4) == 0);
        List<Flow.Function> functions = List.of(SPLIT, undone(BODY.trying(List.of(retry))), trying(UNDO));
        return new Case(new Flow(EVENTS, functions, rules), new DrawLog(random, EVENTS).bodies(knobs.events()));
    }

    /** Nothing waits for time, and when the bodies have ended little else is left to wait for. */
    private Case stalling() {
        DrawExpr untimed = new DrawExpr(random, EVENTS, false).streaming();
        List<Rule> rules = new ArrayList<>(List.of(
                invoking("go", Expr.leaf(Expr.Kind.STARTED, ""), "split").once(),
                invoking("each", untimed.item(), "body"),
                invoking("spawn", Expr.leaf(Expr.Kind.READY, "split.head"), "sub"),
                Rule.of("join", untimed.gather())));
        if (random.nextBoolean()) {
            rules.add(Rule.of("caught", Expr.leaf(Expr.Kind.FAILED, "body")));
        }
        for (int index = random.nextInt(3); index > 0; index--) {
            rules.add(rule("r" + index, untimed.root(random.nextInt(knobs.depth())), 0)
                    .once());
        }
        return new Case(
                new Flow(EVENTS, List.of(SPLIT, trying(BODY), SUB), rules).stalling(),
                new DrawLog(random, EVENTS).ending(knobs.events() / 3));
    }

    private static Rule invoking(String id, Expr when, String function) {
        return Rule.of(id, when).invoking(function);
    }

    private Rule rule(String id, Expr when, int others) {
        Rule rule = Rule.of(id, when);
        if (random.nextInt(4) == 0) {
            rule = rule.once();
        }
        if (!seesStart(when) && random.nextInt(4) == 0) {
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

    private static boolean hasWindow(Expr when) {
        return (when instanceof Expr.AtLeast all && all.within() > 0)
                || (when instanceof Expr.Count count && count.within() > 0)
                || (when instanceof Expr.Seq seq && seq.within() > 0)
                || (when instanceof Expr.Gather gather && gather.within() > 0);
    }
}
