package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.AtLeast;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Count;
import io.talflow.tal.model.EventExpression.Gather;
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

    private Explanation(TaskState state, TaskHeader header) {
        this.state = state;
        this.timers = new Timers(state, header);
    }

    /** @param rule an id, or {@code *} for those that have not fired */
    static Map<String, Object> of(TaskState state, TaskHeader header, Optional<Program> program, String rule) {
        Map<String, Object> told = TaskStatus.of(state, header, false);
        told.keySet().retainAll(List.of("task", "workflow", "version", "status", "revision", "counts"));
        List<Object> rules = new ArrayList<>();
        told.put("rules", rules);
        if (header.status.isFinal() || program.isEmpty()) {
            return told;
        }
        Explanation explanation = new Explanation(state, header);
        if (header.deadlineMicros != Timers.NEVER) {
            told.put("deadline", header.deadlineMicros / 1000);
        }
        List<CompiledRule> all = new ArrayList<>(program.get().index().rules());
        if (header.added > 0) {
            all.addAll(program.get().added(state).index().rules());
        }
        for (CompiledRule each : all) {
            boolean asked = rule.equals(each.id())
                    || (rule.equals("*") && !state.rule(each).isDeaf(each));
            if (asked && rules.size() < MOST) {
                rules.add(explanation.rule(each));
            }
        }
        return told;
    }

    private Map<String, Object> rule(CompiledRule rule) {
        RuleState ruleState = state.rule(rule);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("rule", rule.id());
        told.put("when", TalPrinter.expression(rule.rule().when()));
        told.put("state", ruleState.isDeaf(rule) ? "fired" : ruleState.enabled() ? "armed" : "disabled");
        told.put("firings", (long) ruleState.firings());
        byte[] looked = state.get("b/" + rule.row());
        if (looked != null) {
            told.put("lastCondition", Json.parse(looked));
        }
        if (!ruleState.isDeaf(rule)) {
            told.put("waits", node(rule, rule.root()));
        }
        return told;
    }

    private Map<String, Object> node(CompiledRule rule, Node node) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("for", TalPrinter.expression(node.expression()));
        progress(rule, node, told);
        long deadline = timers.at(Nodes.timer(rule, node));
        if (deadline != Timers.NEVER) {
            told.put("deadline", deadline / 1000);
        }
        return told;
    }

    private void progress(CompiledRule rule, Node node, Map<String, Object> told) {
        EventExpression expression = node.expression();
        if (expression instanceof Gather gather) {
            gather(rule, node, gather, told);
        } else if (expression instanceof Count count) {
            told.put("seen", (long) held(rule, node));
            told.put("of", (long) count.count());
        } else if (expression instanceof Batch batch) {
            told.put("seen", (long) held(rule, node));
            told.put("of", (long) batch.size());
        } else if (expression instanceof Absent) {
            boolean open = state.get(TaskState.nodeRow('m', rule, node.number())) != null;
            told.put("open", open);
            told.put(
                    open ? "cancelledBy" : "opensAt",
                    TalPrinter.expression(rule.child(node, open ? 1 : 0).expression()));
        } else if (node.hasWays()) {
            told.put("beginnings", state.get(TaskState.nodeRow('m', rule, node.number())) != null);
        } else if (expression instanceof Seq) {
            told.put("happened", (long) held(rule, node));
            told.put("next", node(rule, rule.child(node, held(rule, node))));
        } else if (node.shape().kind() == Shape.Kind.LAST) {
            parts(rule, node, told);
        } else if (!expression.children().isEmpty()) {
            told.put(
                    "oneOf",
                    expression.children().stream().map(TalPrinter::expression).toList());
        }
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
                missing.add(part.isLeaf() ? TalPrinter.expression(part.expression()) : node(rule, part));
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
        if (slots.expected() < 0) {
            told.put(
                    "missing",
                    List.of("%s.%s has %s"
                            .formatted(
                                    gather.producer(),
                                    gather.stream(),
                                    slots.expected() == SlotSet.FAILED ? "failed" : "not closed")));
            return;
        }
        told.put("of", (long) slots.expected());
        List<Object> missing = new ArrayList<>();
        for (int slice = 0; slice < slots.expected() && missing.size() < MOST; slice++) {
            if (!slots.isFilled(slice)) {
                missing.add("slice " + slice);
            }
        }
        told.put("missing", missing);
    }
}
