package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rules that fire each time, have no condition, and lead back to themselves run for ever. One condition, one
 * {@code fires: once}, or a wait for something else on the way makes a loop of it, which is allowed.
 */
final class EndlessCycles implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        Map<String, Set<String>> next = new HashMap<>();
        for (Rule rule : workflow.rules()) {
            for (String from : certain(rule)) {
                invoked(rule)
                        .forEach(to -> next.computeIfAbsent(from, ignored -> new HashSet<>())
                                .add(to));
            }
        }
        for (Rule rule : workflow.rules()) {
            for (String from : certain(rule)) {
                if (invoked(rule).stream().anyMatch(to -> leads(to, from, next))) {
                    problems.error(
                            "tal/endless-cycle",
                            rule.position(),
                            "rule %s leads back to %s each time, for ever; give a rule of the circle an 'if'"
                                    .formatted(rule.id(), from));
                    break;
                }
            }
        }
    }

    /** Nodes whose completion alone makes the rule fire, however often. */
    private static List<String> certain(Rule rule) {
        if (rule.fires() != Rule.Fires.EACH || rule.condition().isPresent()) {
            return List.of();
        }
        Stream<EventExpression> parts =
                rule.when() instanceof EventExpression.Any any ? any.children().stream() : Stream.of(rule.when());
        return parts.filter(Leaf.class::isInstance)
                .map(Leaf.class::cast)
                .filter(leaf -> leaf.filter().isEmpty())
                .filter(leaf -> leaf.type() == LeafType.COMPLETED || leaf.type() == LeafType.SETTLED)
                .map(Leaf::name)
                .toList();
    }

    private static List<String> invoked(Rule rule) {
        return rule.reactions().actions().stream()
                .filter(Action.Invoke.class::isInstance)
                .map(action -> ((Action.Invoke) action).as())
                .toList();
    }

    private static boolean leads(String from, String to, Map<String, Set<String>> next) {
        Set<String> seen = new HashSet<>();
        Deque<String> look = new ArrayDeque<>(List.of(from));
        while (!look.isEmpty()) {
            String node = look.pop();
            if (node.equals(to)) {
                return true;
            }
            if (seen.add(node)) {
                look.addAll(next.getOrDefault(node, Set.of()));
            }
        }
        return false;
    }
}
