package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Problems;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Every function, node, datum, stream and event that is named exists; a trigger for a node nobody runs never fires. */
final class KnownNames implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        Map<String, Function> nodes = new HashMap<>();
        Set<String> skipped = new HashSet<>();
        for (Rule rule : workflow.rules()) {
            actions(rule, workflow, nodes, skipped, problems);
        }
        for (Rule rule : workflow.rules()) {
            expression(rule.when(), workflow, nodes, skipped, problems);
        }
    }

    private static void actions(
            Rule rule, Workflow workflow, Map<String, Function> nodes, Set<String> skipped, Problems problems) {
        for (Action action : Actions.of(rule)) {
            if (action instanceof Action.Invoke invoke) {
                Function function = workflow.functions().get(invoke.function());
                if (function == null) {
                    unknown("function", invoke.function(), workflow.functions().keySet(), action.position(), problems);
                } else if (nodes.putIfAbsent(invoke.as(), function) != null
                        && !function.equals(nodes.get(invoke.as()))) {
                    problems.error(
                            "tal/node-of-two-functions",
                            action.position(),
                            "%s names invocations of %s and of %s; give one of them another name with 'as'"
                                    .formatted(
                                            invoke.as(), nodes.get(invoke.as()).name(), function.name()));
                }
            } else if (action instanceof Action.Skip skip) {
                skipped.add(skip.node());
            }
        }
    }

    private static void expression(
            EventExpression expression,
            Workflow workflow,
            Map<String, Function> nodes,
            Set<String> skipped,
            Problems problems) {
        if (expression instanceof Leaf leaf) {
            leaf(leaf, workflow, nodes, skipped, problems);
        } else if (expression instanceof Gather gather) {
            datum(gather.producer(), gather.stream(), true, nodes, gather.position(), problems);
        }
        expression.children().forEach(child -> expression(child, workflow, nodes, skipped, problems));
    }

    private static void leaf(
            Leaf leaf, Workflow workflow, Map<String, Function> nodes, Set<String> skipped, Problems problems) {
        switch (leaf.type()) {
            case STARTED -> {}
            case COMPLETED, FAILED -> node(leaf.name(), nodes, leaf.position(), problems);
            case SETTLED -> {
                if (!skipped.contains(leaf.name())) {
                    node(leaf.name(), nodes, leaf.position(), problems);
                }
            }
            case READY -> datum(leaf.name(), leaf.datum(), false, nodes, leaf.position(), problems);
            case ITEM -> datum(leaf.name(), leaf.datum(), true, nodes, leaf.position(), problems);
            case EVENT -> {
                if (!workflow.events().containsKey(leaf.name())) {
                    unknown("event", leaf.name(), workflow.events().keySet(), leaf.position(), problems);
                }
            }
        }
    }

    private static boolean node(String name, Map<String, Function> nodes, Position at, Problems problems) {
        if (nodes.containsKey(name)) {
            return true;
        }
        problems.error(
                "tal/never-fires",
                at,
                "no rule invokes %s, so this never happens%s".formatted(name, Names.suggestion(name, nodes.keySet())));
        return false;
    }

    private static void datum(
            String node, String datum, boolean stream, Map<String, Function> nodes, Position at, Problems problems) {
        if (!node(node, nodes, at, problems)) {
            return;
        }
        Function function = nodes.get(node);
        Function.Datum declared = function.emits().get(datum);
        if (declared == null) {
            problems.error(
                    "tal/unknown-datum",
                    at,
                    "function %s does not declare to emit %s%s"
                            .formatted(
                                    function.name(),
                                    datum,
                                    Names.suggestion(datum, function.emits().keySet())));
        } else if (stream && declared.kind() != Function.Datum.Kind.STREAM) {
            problems.error(
                    "tal/not-a-stream",
                    at,
                    "%s.%s is declared as a value; declare it as a stream to take its items"
                            .formatted(function.name(), datum));
        }
    }

    private static void unknown(String what, String name, Set<String> known, Position at, Problems problems) {
        problems.error("tal/unknown-" + what, at, "no %s %s%s".formatted(what, name, Names.suggestion(name, known)));
    }
}
