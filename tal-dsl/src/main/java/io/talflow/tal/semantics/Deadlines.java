package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Every;
import io.talflow.tal.semantics.CompiledRule.Node;
import io.talflow.tal.semantics.Triggers.Outcome;

/** What is due, earliest first: windows, {@code absent}, ticks, batches, retries, the deadline of the task itself. */
final class Deadlines {
    private final TaskRun run;
    private final Nodes nodes;
    private final Invocations invocations;

    /** Takes what a deadline has made of a rule. */
    interface Due {
        void due(CompiledRule rule, Occurrence timer, Firing.Cause cause);

        /** All that was due at one time has happened: what that has caused is delivered. */
        void settle();
    }

    Deadlines(TaskRun run, Nodes nodes, Invocations invocations) {
        this.run = run;
        this.nodes = nodes;
        this.invocations = invocations;
    }

    /**
     * Lets everything happen that is due at or before a time; leaves the run's time at the last of it. What a deadline causes
     * comes after all that is due at its time, so it finds over each window that ends then.
     */
    void until(long micros, Due due) {
        long last = Long.MIN_VALUE;
        boolean settled = true;
        while (!run.header.status.isFinal()) {
            long next = Math.min(run.timers.due(), run.header.deadlineMicros);
            if (!settled && (next > micros || next > last)) {
                due.settle();
                settled = true;
                continue; // what is set meanwhile may be due, too
            }
            if (next > micros) {
                return;
            }
            if (next > last) {
                run.next();
            }
            settled = false;
            last = next;
            run.nowMicros = next;
            if (run.header.deadlineMicros <= run.timers.due()) {
                throw TaskFailure.of(
                        "Task.DeadlineExceeded",
                        "the task's deadline of %s has passed"
                                .formatted(run.program.workflow().deadline()));
            }
            String id = run.timers.next();
            run.timers.cancel(id);
            happen(id, micros, due);
        }
    }

    private void happen(String id, long untilMicros, Due due) {
        if (id.startsWith("r/")) {
            invocations.retry(id.substring("r/".length()));
            return;
        }
        int dot = id.lastIndexOf('.');
        CompiledRule rule = run.ruleByRow(id.substring("w/".length(), dot));
        Node node = rule.node(Integer.parseInt(id.substring(dot + 1)));
        Occurrence timer = Occurrence.timer(rule.id(), run.header.task, run.nowMicros);
        EventExpression expression = node.expression();
        if (expression instanceof Every every) {
            long period = ShapeOf.micros(every.period());
            // Ticks nobody saw are one: the next is the first after the event that brought this one.
            long next = run.nowMicros + period * ((untilMicros - run.nowMicros) / period + 1);
            run.timers.set(id, next, rule.rank(node));
        }
        boolean enabled = run.state.rule(rule).enabled();
        boolean ends = !(expression instanceof Every);
        if (!enabled || (isPart(expression) && !nodes.isDue(rule, node, node.slot()))) {
            if (ends) {
                nodes.timeOut(rule, node);
            }
            return;
        }
        if (expression instanceof Every) {
            matched(nodes.tick(rule, node, timer), rule, timer, due);
        } else if (expression instanceof EventExpression.Absent) {
            matched(nodes.wasAbsent(rule, node, timer), rule, timer, due);
        } else if (expression instanceof EventExpression.Batch) {
            if (nodes.flush(rule, node, timer)) {
                due.due(rule, timer, Firing.Cause.MATCH);
            }
        } else {
            endOfWindow(rule, node, timer, due);
        }
    }

    /** Whether the end of its time makes the node happen, as opposed to forget. */
    private static boolean isPart(EventExpression expression) {
        return expression instanceof Every
                || expression instanceof EventExpression.Absent
                || expression instanceof EventExpression.Batch;
    }

    private static void matched(Outcome outcome, CompiledRule rule, Occurrence timer, Due due) {
        if (outcome == Outcome.MATCHED) {
            due.due(rule, timer, Firing.Cause.MATCH);
        }
    }

    private void endOfWindow(CompiledRule rule, Node node, Occurrence timer, Due due) {
        int ended = nodes.endOfWindow(rule, node);
        if (node.isRoot()) {
            for (int way = 0; way < ended; way++) {
                due.due(rule, timer, Firing.Cause.TIMEOUT);
            }
        }
    }
}
