package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Two rules that set one field of the context, neither after the other, leave its value to chance. */
final class OrderedWrites implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        Map<String, List<Rule>> writers = new HashMap<>();
        for (Rule rule : workflow.rules()) {
            for (Action action : Actions.of(rule)) {
                if (action instanceof Action.Set set && set.patch() instanceof Template.Struct patch) {
                    patch.fields()
                            .keySet()
                            .forEach(field -> writers.computeIfAbsent(field, ignored -> new ArrayList<>())
                                    .add(rule));
                }
            }
        }
        writers.forEach((field, rules) -> {
            for (int second = 1; second < rules.size(); second++) {
                for (int first = 0; first < second; first++) {
                    check(field, rules.get(first), rules.get(second), workflow, problems);
                }
            }
        });
    }

    private static void check(String field, Rule first, Rule second, Workflow workflow, Problems problems) {
        if (!first.equals(second) && !after(first, second, workflow) && !after(second, first, workflow)) {
            problems.warning(
                    "tal/unordered-writes",
                    second.position(),
                    "rules %s and %s both set %s and neither comes after the other; the last one to fire wins"
                            .formatted(first.id(), second.id(), field));
        }
    }

    /** Whether what {@code later} waits for includes, on the way back, something {@code earlier} waits for. */
    private static boolean after(Rule earlier, Rule later, Workflow workflow) {
        Set<String> goal = required(earlier.when());
        Set<String> seen = new HashSet<>();
        List<String> look = new ArrayList<>(required(later.when()));
        while (!look.isEmpty()) {
            String node = look.remove(look.size() - 1);
            if (!seen.add(node)) {
                continue;
            }
            for (Rule rule : workflow.rules()) {
                boolean runs = rule.actions().stream()
                        .anyMatch(action -> action instanceof Action.Invoke invoke
                                && invoke.as().equals(node));
                if (runs) {
                    look.addAll(required(rule.when()));
                }
            }
        }
        Set<String> own = required(later.when());
        return !goal.isEmpty() && seen.containsAll(goal) && !own.equals(goal);
    }

    private static Set<String> required(EventExpression expression) {
        Set<String> nodes = new HashSet<>();
        if (expression instanceof EventExpression.Leaf leaf) {
            if (!leaf.name().isEmpty()) {
                nodes.add(leaf.name());
            }
        } else if (!(expression instanceof EventExpression.Any)) {
            expression.children().forEach(child -> nodes.addAll(required(child)));
        }
        return nodes;
    }
}
