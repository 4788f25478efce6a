package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
    /** Tells an event from a node of its name. */
    private static final String EVENT = "event ";

    @Override
    public void check(Subject subject, Problems problems) {
        Map<String, Set<String>> next = new HashMap<>();
        for (Subject.Scoped scoped : subject.rules()) {
            for (String from : certain(scoped.rule())) {
                causes(scoped.rule(), subject.workflow())
                        .forEach(to -> next.computeIfAbsent(from, ignored -> new HashSet<>())
                                .add(to));
            }
        }
        for (Subject.Scoped scoped : subject.checked()) {
            Rule rule = scoped.rule();
            for (String from : certain(rule)) {
                if (causes(rule, subject.workflow()).stream().anyMatch(to -> leads(to, from, next))) {
                    problems.error(
                            "tal/endless-cycle",
                            rule.position(),
                            "rule %s leads back to %s each time, for ever; give a rule of the circle an 'if'"
                                    .formatted(rule.id(), from.replace(EVENT, "")));
                    break;
                }
            }
        }
    }

    /** Nodes whose completion, and events whose coming, alone makes the rule fire, however often. */
    private static List<String> certain(Rule rule) {
        if (rule.fires() != Rule.Fires.EACH || rule.condition().isPresent()) {
            return List.of();
        }
        Stream<EventExpression> parts =
                rule.when() instanceof EventExpression.Any any ? any.children().stream() : Stream.of(rule.when());
        return parts.filter(Leaf.class::isInstance)
                .map(Leaf.class::cast)
                .filter(leaf -> leaf.filter().isEmpty() && leaf.subject().isEmpty())
                .flatMap(leaf -> switch (leaf.type()) {
                    case COMPLETED, SETTLED -> Stream.of(leaf.name());
                    case EVENT -> Stream.of(EVENT + leaf.name());
                    case STARTED, FAILED, READY, ITEM -> Stream.empty();
                })
                .toList();
    }

    /** The nodes a rule runs, and the declared events it sends to its own task. */
    private static List<String> causes(Rule rule, Workflow workflow) {
        List<String> caused = new ArrayList<>(Actions.runs(rule.reactions().actions()));
        for (Action action : rule.reactions().actions()) {
            if (action instanceof Action.Emit emit) {
                workflow.events().values().stream()
                        .filter(event -> event.type().equals(emit.type())
                                && event.topic().isEmpty())
                        .forEach(event -> caused.add(EVENT + event.name()));
            }
        }
        return caused;
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
