package io.talflow.tal.check;

import io.talflow.tal.check.Subject.Scoped;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Template;
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
    public void check(Subject subject, Problems problems) {
        Map<String, List<Scoped>> writers = new HashMap<>();
        for (Scoped scoped : subject.rules()) {
            for (Action action : scoped.rule().reactions().all()) {
                if (action instanceof Action.Set set && set.patch() instanceof Template.Struct patch) {
                    patch.fields()
                            .keySet()
                            .forEach(field -> writers.computeIfAbsent(field, ignored -> new ArrayList<>())
                                    .add(scoped));
                }
            }
        }
        writers.forEach((field, rules) -> {
            for (int second = 1; second < rules.size(); second++) {
                for (int first = 0; first < second; first++) {
                    check(field, rules.get(first), rules.get(second), subject, problems);
                }
            }
        });
    }

    private static void check(String field, Scoped first, Scoped second, Subject subject, Problems problems) {
        if (!first.equals(second) && !after(first, second, subject) && !after(second, first, subject)) {
            problems.warning(
                    "tal/unordered-writes",
                    second.rule().position(),
                    "rules %s and %s both set %s and neither comes after the other; the last one to fire wins"
                            .formatted(first.rule().id(), second.rule().id(), field));
        }
    }

    /** Whether what {@code later} waits for includes, on the way back, something {@code earlier} waits for. */
    private static boolean after(Scoped earlier, Scoped later, Subject subject) {
        Set<String> goal = required(earlier);
        Set<String> seen = new HashSet<>();
        List<String> look = new ArrayList<>(required(later));
        while (!look.isEmpty()) {
            String node = look.remove(look.size() - 1);
            if (!seen.add(node)) {
                continue;
            }
            for (Scoped scoped : subject.rules()) {
                if (Actions.runs(scoped.rule().reactions().actions()).contains(node)) {
                    look.addAll(required(scoped));
                }
            }
        }
        Set<String> own = required(later);
        return !goal.isEmpty() && seen.containsAll(goal) && !own.equals(goal);
    }

    /** Nodes without whose events the rule does not fire, nor the one that adds it. */
    private static Set<String> required(Scoped scoped) {
        Set<String> nodes = required(scoped.rule().when());
        scoped.adder().ifPresent(adder -> nodes.addAll(required(adder)));
        return nodes;
    }

    private static Set<String> required(EventExpression expression) {
        Set<String> nodes = new HashSet<>();
        if (expression instanceof EventExpression.Leaf leaf) {
            if (!leaf.name().isEmpty()) {
                nodes.add(leaf.name());
            }
        } else if (expression instanceof EventExpression.Absent absent) {
            return required(absent.after());
        } else if (!(expression instanceof EventExpression.Any || expression instanceof EventExpression.AtLeast)) {
            expression.children().forEach(child -> nodes.addAll(required(child)));
        }
        return nodes;
    }
}
