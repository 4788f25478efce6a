package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.AtLeast;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Count;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.print.TalPrinter;
import io.talflow.tal.semantics.CompiledRule.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why rules have not fired: what has arrived, what is missing, what a condition last looked at, which deadlines run. */
final class Explanation {
    /** Rules explained, and missing parts named, at once. */
    private static final int MOST = 100;

    private final TaskState state;
    private final Timers timers;
    private final List<CompiledRule> rules;
    private final Awaited awaited;

    private Explanation(TaskState state, TaskHeader header, Program program) {
        this.state = state;
        this.timers = new Timers(state, header);
        this.rules = new ArrayList<>(program.index().rules());
        if (header.added > 0) {
            rules.addAll(program.added(state).index().rules());
        }
        this.awaited = new Awaited(state, header, timers, program, rules);
    }

    /**
     * Answers.
     *
     * @param rule an id, or {@code *} for each rule that may still fire
     * @param all with {@code *}: those too that have fired for good
     */
    static Map<String, Object> of(
            TaskState state, TaskHeader header, Optional<Program> program, String rule, boolean all) {
        Map<String, Object> told = TaskStatus.of(state, header, false);
        told.keySet().retainAll(List.of("task", "workflow", "version", "status", "revision", "counts", "error"));
        told.put("rules", List.of());
        if (header.status == TaskHeader.Status.WAITING) {
            told.put("keptEvents", (long) header.parked);
        }
        if (header.status.isFinal() || program.isEmpty()) {
            return told;
        }
        if (header.deadlineMicros != Timers.NEVER) {
            told.put("deadline", header.deadlineMicros / 1000);
        }
        new Explanation(state, header, program.get()).tell(rule, all, told);
        return told;
    }

    private void tell(String asked, boolean all, Map<String, Object> told) {
        List<Object> explained = new ArrayList<>();
        long more = 0;
        for (CompiledRule rule : rules) {
            if (asked.equals(rule.id())
                    || (asked.equals("*") && (all || !state.rule(rule).isDeaf(rule)))) {
                if (explained.size() < MOST) {
                    explained.add(rule(rule));
                } else {
                    more++;
                }
            }
        }
        told.put("rules", explained);
        if (more > 0) {
            told.put("moreRules", more);
        }
    }

    private Map<String, Object> rule(CompiledRule rule) {
        RuleState ruleState = state.rule(rule);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("rule", rule.id());
        told.put("when", printed(rule.root()));
        rule.rule().condition().ifPresent(condition -> told.put("if", condition.cel()));
        told.put("fires", rule.firesOnce() ? "once" : "each");
        told.put("state", ruleState.name(rule));
        told.put("firings", (long) ruleState.firings());
        if (rule.rule().maxConcurrency() > 0) {
            told.put("places", places(rule));
        }
        byte[] looked = state.get("b/" + rule.row());
        if (looked != null) {
            told.put("lastCondition", Json.parse(looked));
        }
        byte[] refused = state.get("y/" + rule.row());
        if (refused != null && !ruleState.isDeaf(rule)) {
            told.put("lastRefused", Json.parse(refused));
        }
        if (!ruleState.isDeaf(rule)) {
            told.put("waits", waits(rule, rule.root()));
        }
        if (AddedRules.isAdded(rule)) {
            told.put("added", TalPrinter.rule(rule.rule()));
            told.put("given", AddedRules.given(state, rule));
        }
        return told;
    }

    /** Of a rule with a bound: how many of its calls may run, and how many wait for their turn. */
    private Map<String, Object> places(CompiledRule rule) {
        int[] queue = new Places(state).range(rule.row());
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("most", (long) rule.rule().maxConcurrency());
        told.put("queued", (long) queue[1] - queue[0]);
        return told;
    }

    private Map<String, Object> node(CompiledRule rule, Node node) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("for", printed(node));
        told.putAll(waits(rule, node));
        return told;
    }

    /** An expression of thousands of parts would be an answer of megabytes. */
    private static Object printed(Node node) {
        int parts = node.end() - node.number();
        return parts > MOST ? "an expression of %d parts".formatted(parts) : TalPrinter.expression(node.expression());
    }

    /** How far a node has come, and what it waits for. */
    private Map<String, Object> waits(CompiledRule rule, Node node) {
        Map<String, Object> told = new LinkedHashMap<>();
        progress(rule, node, told);
        long deadline = timers.at(Nodes.timer(rule, node));
        if (deadline != Timers.NEVER) {
            told.put("deadline", deadline / 1000);
        }
        return told;
    }

    private void progress(CompiledRule rule, Node node, Map<String, Object> told) {
        EventExpression expression = node.expression();
        if (expression instanceof Leaf leaf) {
            awaited.tell(leaf, told);
        } else if (expression instanceof Gather gather) {
            gather(rule, node, gather, told);
        } else if (expression instanceof Count count) {
            counted(rule, node, count.count(), told);
        } else if (expression instanceof Batch batch) {
            counted(rule, node, batch.size(), told);
        } else if (expression instanceof Absent) {
            boolean open = state.get(TaskState.nodeRow('m', rule, node.number())) != null;
            told.put("open", open);
            told.put(open ? "cancelledBy" : "opensAt", node(rule, rule.child(node, open ? 1 : 0)));
        } else if (node.hasWays()) {
            told.put("begun", state.get(TaskState.nodeRow('m', rule, node.number())) != null);
            told.put("parts", children(rule, node));
        } else if (expression instanceof Seq) {
            told.put("happened", (long) held(rule, node));
            told.put("next", node(rule, rule.child(node, held(rule, node))));
        } else if (node.shape().kind() == Shape.Kind.LAST) {
            parts(rule, node, told);
        } else if (!expression.children().isEmpty()) {
            told.put("oneOf", children(rule, node));
        }
    }

    private void counted(CompiledRule rule, Node node, int most, Map<String, Object> told) {
        told.put("seen", (long) held(rule, node));
        told.put("of", (long) most);
        told.put("next", node(rule, rule.child(node, 0)));
    }

    private List<Object> children(CompiledRule rule, Node node) {
        List<Object> children = new ArrayList<>();
        for (int number = node.number() + 1;
                number < node.end();
                number = rule.node(number).end()) {
            if (children.size() < MOST) {
                children.add(node(rule, rule.node(number)));
            }
        }
        return children;
    }

    private int held(CompiledRule rule, Node node) {
        return state.number(TaskState.nodeRow('s', rule, node.number()));
    }

    private void parts(CompiledRule rule, Node node, Map<String, Object> told) {
        SlotSet slots = new SlotSet(
                state,
                TaskState.nodeRow('s', rule, node.number()),
                node.expression().children().size());
        List<Object> missing = new ArrayList<>();
        for (int number = node.number() + 1;
                number < node.end();
                number = rule.node(number).end()) {
            Node part = rule.node(number);
            if (!slots.isFilled(part.slot()) && missing.size() < MOST) {
                missing.add(node(rule, part));
            }
        }
        told.put("seen", (long) slots.filled());
        told.put(
                "of",
                node.expression() instanceof AtLeast least
                        ? (long) least.least()
                        : (long) node.expression().children().size());
        told.put("missing", missing);
    }

    private void gather(CompiledRule rule, Node node, Gather gather, Map<String, Object> told) {
        SlotSet slots = new SlotSet(state, TaskState.nodeRow('s', rule, node.number()), SlotSet.UNKNOWN);
        told.put("seen", (long) slots.filled());
        told.put("stream", gather.producer() + "." + gather.stream());
        told.put("next", node(rule, rule.child(node, 0)));
        if (slots.expected() < 0) {
            told.put("closed", false);
            told.put("failed", slots.expected() == SlotSet.FAILED);
            Map<String, Object> producer = new LinkedHashMap<>();
            awaited.node(gather.producer(), producer);
            told.put("producer", producer);
            return;
        }
        told.put("closed", true);
        told.put("of", (long) slots.expected());
        List<Object> missing = new ArrayList<>();
        for (int slice = 0; slice < slots.expected() && missing.size() < MOST; slice++) {
            if (!slots.isFilled(slice)) {
                missing.add((long) slice);
            }
        }
        told.put("missingSlices", missing);
    }
}
