package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.RuleIndex.Subscription;
import io.talflow.tal.semantics.TaskHeader.Status;
import io.talflow.tal.semantics.Triggers.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One event applied to a running task: what was due before it, what it is, which rules it concerns, whether the task has ended. */
final class TaskStep implements Deadlines.Due {
    /** Occurrences one event may cause, skips of skips included, beyond the slices of the lists it brings. */
    private static final int MAX_CASCADE = 100_000;
    /** Rows removed in the step that ends a task. */
    private static final int SWEPT_AT_END = 200;

    private final TaskRun run;
    private final TaskHeader header;
    private final List<Object> fired = new ArrayList<>();
    private final Nodes nodes;
    private final Triggers triggers;
    private final Invocations invocations;
    private final Ending ending;
    private final Firing firing;
    private final Receiving receiving;
    private final Verdict verdict;
    /** Whether a deadline has made a rule fire, and what that causes has not been delivered. */
    private boolean moved;

    TaskStep(TaskRun run) {
        this.run = run;
        this.header = run.header;
        this.verdict = new Verdict(run);
        this.nodes = new Nodes(run);
        this.triggers = new Triggers(run, nodes);
        this.invocations = new Invocations(run);
        this.ending = new Ending(run, invocations);
        this.firing = new Firing(run, nodes, invocations, ending);
        this.receiving = new Receiving(
                run, nodes, ending, new InvocationEvents(run, invocations, ending, this::deliver, verdict), verdict);
    }

    void apply() {
        int openBefore = header.open;
        Status before = header.status;
        long eventMicros = run.nowMicros;
        try {
            new Deadlines(run, nodes, invocations).until(eventMicros, this);
            run.nowMicros = eventMicros;
            run.next();
            if (!header.status.isFinal()) {
                receiving.receive(run.logEvent.event());
                if (!run.pending.isEmpty()) {
                    header.events++;
                }
                deliverAll();
                if (run.isRunning() && verdict.ignored() == null) {
                    Stall.check(run);
                }
            }
        } catch (TaskFailure failure) {
            ending.end(Status.FAILED, null, failure.error());
        }
        if (header.status.isFinal()) {
            finish();
        } else if (run.contextChanged || isStart() || (openBefore == 0 && header.open > 0) || before != header.status) {
            run.effects.add(
                    new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(run.state, header, false)));
        }
        record();
    }

    private boolean isStart() {
        return run.logEvent.event().type().equals(EventTypes.TASK_STARTED) && verdict.ignored() == null;
    }

    private void deliverAll() {
        int delivered = 0;
        int most = MAX_CASCADE + run.pending.size();
        while (!run.pending.isEmpty() && run.isRunning()) {
            deliver(run.pending.poll());
            if (++delivered > most) {
                throw TaskFailure.of(
                        "Task.Loop", "one event caused more than %d others; rules skip each other".formatted(most));
            }
        }
    }

    /** @return whether some rule took it */
    private boolean deliver(Occurrence occurrence) {
        boolean own = deliver(occurrence, run.rules());
        boolean added = run.isRunning() && deliver(occurrence, run.addedRules());
        triggers.noteRefusal();
        return added || own;
    }

    private boolean deliver(Occurrence occurrence, RuleIndex rules) {
        boolean ofFailedStream = occurrence.key().kind() == LeafKey.Kind.STREAM_FAILED;
        boolean taken = false;
        for (Subscription subscription : rules.concerned(occurrence.key())) {
            if (run.isFresh(subscription.rule())) {
                continue;
            }
            Outcome outcome = triggers.offer(subscription, occurrence);
            // What a batch held is flushed when its stream fails; that is no waiting for the failure.
            taken |= ofFailedStream ? outcome == Outcome.FAILED : outcome != Outcome.REFUSED;
            if (outcome == Outcome.MATCHED) {
                fire(subscription.rule(), occurrence, Firing.Cause.MATCH);
            } else if (outcome == Outcome.FAILED) {
                fire(subscription.rule(), occurrence, Firing.Cause.STREAM_FAILED);
            }
            if (!run.isRunning()) {
                return true;
            }
        }
        return taken;
    }

    private void fire(CompiledRule rule, Occurrence last, Firing.Cause cause) {
        Map<String, Object> decision = firing.fire(rule, last, cause);
        if (decision != null) {
            fired.add(decision);
        }
    }

    /** A deadline has made something of a rule's expression. */
    @Override
    public void due(CompiledRule rule, Occurrence timer, Firing.Cause cause) {
        if (run.isRunning() && run.state.rule(rule).isArmed(rule)) {
            fire(rule, timer, cause);
            moved = true;
        }
    }

    @Override
    public void settle() {
        if (moved) {
            moved = false;
            deliverAll();
            if (run.isRunning()) {
                Stall.check(run);
            }
        }
    }

    private void finish() {
        run.effects.add(new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(run.state, header, true)));
        SubTasks.tellParent(run.state, header, run.effects);
        Remains remains = new Remains(run);
        remains.begin();
        if (remains.sweep(SWEPT_AT_END)) {
            run.effects.add(new Effect.Sweep(header.task));
        }
        run.effects.add(new Effect.Ended(header.task));
    }

    private void record() {
        if (fired.isEmpty() && verdict.ignored() == null && verdict.noted() == null && !header.status.isFinal()) {
            return;
        }
        Map<String, Object> decision = decision(header, run.logEvent);
        if (!fired.isEmpty()) {
            decision.put("fired", fired);
        }
        if (verdict.ignored() != null) {
            decision.put("ignored", verdict.ignored());
        }
        if (verdict.noted() != null) {
            decision.put("noted", verdict.noted());
        }
        if (header.status.isFinal()) {
            decision.put("ended", header.status.name());
        }
        run.effects.add(new Effect.Decision(header.task, decision));
    }

    static Map<String, Object> decision(TaskHeader header, LogEvent logEvent) {
        TalEvent event = logEvent.event();
        Map<String, Object> decision = new LinkedHashMap<>();
        decision.put("task", header.task);
        decision.put("startOffset", header.startOffset);
        decision.put("revision", header.revision);
        decision.put("offset", logEvent.offset());
        decision.put("time", logEvent.timeMillis());
        decision.put("event", event.id());
        decision.put("type", event.type());
        return decision;
    }
}
