package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.Program.Subscription;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One event applied to a running task: what it is, which rules it concerns, what they do, whether the task has ended. */
final class TaskStep {
    /** Occurrences one event may cause, skips of skips included, beyond the slices of the lists it brings. */
    private static final int MAX_CASCADE = 100_000;

    private final TaskState state;
    private final TaskHeader header;
    private final Program program;
    private final LogEvent logEvent;
    private final List<Effect> effects;
    private final Deque<Occurrence> pending = new ArrayDeque<>();
    private final List<Object> fired = new ArrayList<>();
    private final Triggers triggers;
    private final Firing firing;
    private String ignored;

    TaskStep(
            TaskState state,
            TaskHeader header,
            Program program,
            Matcher matcher,
            LogEvent logEvent,
            List<Effect> effects) {
        this.state = state;
        this.header = header;
        this.program = program;
        this.logEvent = logEvent;
        this.effects = effects;
        this.triggers = new Triggers(state, header, matcher);
        this.firing = new Firing(state, header, program, logEvent, effects, pending);
    }

    void run() {
        int openBefore = header.open;
        try {
            receive(logEvent.event());
            deliverAll();
            if (header.status == Status.RUNNING && ignored == null) {
                Stall.check(program, state, header);
            }
        } catch (TaskFailure failure) {
            firing.end(Status.FAILED, null, failure.error());
        }
        if (header.status.isFinal()) {
            finish();
        } else if (firing.contextChanged() || isStart() || openBefore == 0) {
            effects.add(new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(state, header, false)));
        }
        record();
    }

    private boolean isStart() {
        return logEvent.event().type().equals(EventTypes.TASK_STARTED) && ignored == null;
    }

    private void receive(TalEvent event) {
        switch (event.type()) {
            case EventTypes.TASK_STARTED -> started(event);
            case EventTypes.TASK_PINNED -> ignore("already pinned");
            case EventTypes.TASK_CANCEL -> firing.end(Status.CANCELLED, null, null);
            case EventTypes.INVOCATION_COMPLETED, EventTypes.INVOCATION_FAILED -> outcome(event);
            default -> foreign(event);
        }
    }

    private void started(TalEvent event) {
        if (logEvent.offset() != header.startOffset || logEvent.partition() != header.partition) {
            ignore("task has started");
            return;
        }
        Object input = state.json("in");
        String wrong = program.checkInput(input);
        if (wrong != null) {
            throw TaskFailure.of("Task.InvalidInput", wrong);
        }
        pending.add(Occurrence.of(LeafKey.STARTED, null, event, logEvent.timeMillis(), input));
    }

    private void foreign(TalEvent event) {
        if (event.type().startsWith(EventTypes.RESERVED_PREFIX)) {
            effects.add(new Effect.DeadLetter(
                    event,
                    "event/unknown-type",
                    "type %s is reserved and not one of this version".formatted(event.type())));
            return;
        }
        if (!state.remember(header, event.source(), event.id())) {
            ignore("repeated event");
            return;
        }
        LeafKey key = new LeafKey(LeafKey.Kind.EVENT, event.type(), "");
        if (program.concerned(key).isEmpty()) {
            ignore("no rule waits for type " + event.type());
            return;
        }
        pending.add(Occurrence.of(key, null, event, logEvent.timeMillis(), event.value()));
    }

    private void outcome(TalEvent event) {
        String prefix = header.firingPrefix();
        String call = event.firing().startsWith(prefix) ? event.firing().substring(prefix.length()) : "";
        Invocation invocation = call.isEmpty() ? null : state.invocation(call);
        if (invocation == null) {
            effects.add(new Effect.DeadLetter(
                    event,
                    "event/unknown-firing",
                    "firing %s is none of task %s".formatted(event.firing(), header.task)));
            return;
        }
        if (invocation.phase() != Invocation.Phase.RUNNING || event.attempt() != invocation.attempt()) {
            ignore("firing %s, attempt %d is not open".formatted(event.firing(), event.attempt()));
            return;
        }
        boolean completed = event.type().equals(EventTypes.INVOCATION_COMPLETED);
        Invocation known = invocation.in(completed ? Invocation.Phase.COMPLETED : Invocation.Phase.FAILED);
        state.save(known);
        header.open--;
        Object data = event.value();
        effects.add(new Effect.Status(
                event.firing(), Effect.Status.INVOCATION, Outcomes.status(known, header, logEvent, data)));
        Occurrence occurrence = Occurrence.of(
                new LeafKey(completed ? LeafKey.Kind.COMPLETED : LeafKey.Kind.FAILED, known.node(), ""),
                known.slice(),
                event,
                logEvent.timeMillis(),
                data);
        if (completed) {
            header.completed++;
            if (program.keepsResult(known.node())) {
                state.put("r/" + known.node(), Json.bytes(data));
            }
            pending.addAll(Outcomes.of(occurrence, known, program.functionOf(known.node())));
        } else {
            header.failed++;
            if (!deliver(occurrence)) {
                throw TaskFailure.ofInvocation(header, known, data);
            }
        }
    }

    private void deliverAll() {
        int delivered = 0;
        int most = MAX_CASCADE + pending.size();
        while (!pending.isEmpty() && header.status == Status.RUNNING) {
            deliver(pending.poll());
            if (++delivered > most) {
                throw TaskFailure.of(
                        "Task.Loop", "one event caused more than %d others; rules skip each other".formatted(most));
            }
        }
    }

    /** @return whether some rule took it */
    private boolean deliver(Occurrence occurrence) {
        boolean taken = false;
        for (Subscription subscription : program.concerned(occurrence.key())) {
            Triggers.Outcome outcome = triggers.offer(subscription.rule(), subscription.node(), occurrence);
            taken |= outcome != Triggers.Outcome.REFUSED;
            if (outcome == Triggers.Outcome.MATCHED) {
                fired.add(firing.fire(subscription.rule(), occurrence));
            }
            if (header.status != Status.RUNNING) {
                return true;
            }
        }
        return taken;
    }

    private void ignore(String reason) {
        header.ignored++;
        ignored = reason;
    }

    private void finish() {
        effects.add(new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(state, header, true)));
        state.clear(program, header);
    }

    private void record() {
        if (fired.isEmpty() && ignored == null && !header.status.isFinal()) {
            return;
        }
        Map<String, Object> decision = decision(header, logEvent);
        if (!fired.isEmpty()) {
            decision.put("fired", fired);
        }
        if (ignored != null) {
            decision.put("ignored", ignored);
        }
        if (header.status.isFinal()) {
            decision.put("ended", header.status.name());
        }
        effects.add(new Effect.Decision(header.task, decision));
    }

    static Map<String, Object> decision(TaskHeader header, LogEvent logEvent) {
        Map<String, Object> decision = new LinkedHashMap<>();
        decision.put("task", header.task);
        decision.put("startOffset", header.startOffset);
        decision.put("revision", header.revision);
        decision.put("offset", logEvent.offset());
        decision.put("time", logEvent.timeMillis());
        decision.put("event", logEvent.event().id());
        decision.put("type", logEvent.event().type());
        return decision;
    }
}
