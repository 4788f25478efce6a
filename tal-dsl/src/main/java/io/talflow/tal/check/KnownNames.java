package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Problems;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every function, node, datum, stream, event and rule that is named exists; a trigger for a node nobody runs never fires. */
final class KnownNames implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        new Run(subject, problems).run();
    }

    /** What a node stands for: a function, or a workflow whose task it is. */
    private record Runs(String what, Optional<Function> function) {}

    private static final class Run {
        private final Subject subject;
        private final Workflow workflow;
        private final Problems problems;
        private final Map<String, Runs> nodes = new HashMap<>();
        private final Set<String> skipped = new HashSet<>();
        private final Set<String> rules = new HashSet<>();
        private final Set<String> addedRules = new HashSet<>();

        Run(Subject subject, Problems problems) {
            this.subject = subject;
            this.workflow = subject.workflow();
            this.problems = problems;
        }

        void run() {
            for (Subject.Scoped scoped : subject.rules()) {
                rules.add(scoped.rule().id());
                if (scoped.added()) {
                    addedRules.add(scoped.rule().id());
                }
                scoped.rule().reactions().all().forEach(action -> collect(action, scoped.told()));
            }
            for (Subject.Scoped scoped : subject.checked()) {
                expression(scoped.rule().when());
                scoped.rule().reactions().all().forEach(this::names);
            }
        }

        private void collect(Action action, boolean told) {
            if (action instanceof Action.Invoke invoke) {
                Function function = workflow.functions().get(invoke.function());
                if (function != null) {
                    collect(invoke.as(), new Runs(function.name(), Optional.of(function)), action.position(), told);
                } else if (told) {
                    unknown("function", invoke.function(), workflow.functions().keySet(), action.position());
                }
            } else if (action instanceof Action.Start start) {
                String what = "workflow " + start.workflow();
                collect(start.as(), new Runs(what, Optional.empty()), action.position(), told);
            } else if (action instanceof Action.Skip skip) {
                skipped.add(skip.node());
            }
        }

        private void collect(String node, Runs runs, Position at, boolean told) {
            Runs other = nodes.putIfAbsent(node, runs);
            if (other != null && !other.what().equals(runs.what()) && told) {
                problems.error(
                        "tal/node-of-two-functions",
                        at,
                        "%s names invocations of %s and of %s; give one of them another name with 'as'"
                                .formatted(node, other.what(), runs.what()));
            }
        }

        private void names(Action action) {
            if (action instanceof Action.Cancel cancel && !nodes.containsKey(cancel.node())) {
                problems.error(
                        "tal/unknown-node",
                        action.position(),
                        "no rule invokes %s, so there is nothing to cancel%s"
                                .formatted(cancel.node(), Names.suggestion(cancel.node(), nodes.keySet())));
            } else if (action instanceof Action.Enable enable && !isRule(enable.rule())) {
                unknown("rule", enable.rule(), rules, action.position());
            }
        }

        /** A rule that is added again gets a number. */
        private boolean isRule(String id) {
            return rules.contains(id)
                    || (id.matches(".+\\.\\d+") && addedRules.contains(id.replaceFirst("\\.\\d+$", "")));
        }

        private void expression(EventExpression expression) {
            if (expression instanceof Leaf leaf) {
                leaf(leaf);
            } else if (expression instanceof Gather gather) {
                datum(gather.producer(), gather.stream(), true, gather.position());
            }
            expression.children().forEach(this::expression);
        }

        private void leaf(Leaf leaf) {
            switch (leaf.type()) {
                case STARTED -> {}
                case COMPLETED, FAILED -> node(leaf.name(), leaf.position());
                case SETTLED -> {
                    if (!skipped.contains(leaf.name())) {
                        node(leaf.name(), leaf.position());
                    }
                }
                case READY -> datum(leaf.name(), leaf.datum(), false, leaf.position());
                case ITEM -> datum(leaf.name(), leaf.datum(), true, leaf.position());
                case EVENT -> {
                    if (!workflow.events().containsKey(leaf.name())) {
                        unknown("event", leaf.name(), workflow.events().keySet(), leaf.position());
                    }
                }
            }
        }

        private boolean node(String name, Position at) {
            if (nodes.containsKey(name)) {
                return true;
            }
            problems.error(
                    "tal/never-fires",
                    at,
                    "no rule invokes %s, so this never happens%s"
                            .formatted(name, Names.suggestion(name, nodes.keySet())));
            return false;
        }

        private void datum(String node, String datum, boolean stream, Position at) {
            if (!node(node, at)) {
                return;
            }
            Runs runs = nodes.get(node);
            if (runs.function().isEmpty()) {
                problems.error(
                        "tal/unknown-datum",
                        at,
                        "%s is a task of %s, which emits nothing while it runs; wait for {completed: %s}"
                                .formatted(node, runs.what(), node));
                return;
            }
            Function function = runs.function().get();
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

        private void unknown(String what, String name, Set<String> known, Position at) {
            problems.error(
                    "tal/unknown-" + what, at, "no %s %s%s".formatted(what, name, Names.suggestion(name, known)));
        }
    }
}
