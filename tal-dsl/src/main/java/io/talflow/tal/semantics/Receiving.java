package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Function;
import io.talflow.tal.semantics.Invocation.Phase;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a log event is to a running task: the occurrences it makes, or why it makes none. */
final class Receiving {
    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;
    private final Nodes nodes;
    private final Invocations invocations;
    private final Ending ending;
    private final Delivery delivery;
    private String ignored;
    private Map<String, Object> noted;

    /** Delivers an occurrence at once. */
    interface Delivery {
        /** @return whether some rule took it */
        boolean deliver(Occurrence occurrence);
    }

    Receiving(TaskRun run, Nodes nodes, Invocations invocations, Ending ending, Delivery delivery) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
        this.nodes = nodes;
        this.invocations = invocations;
        this.ending = ending;
        this.delivery = delivery;
    }

    /** Why the event changed nothing; null if it did. */
    String ignored() {
        return ignored;
    }

    /** What the history says of the event beside what fired; null: nothing. */
    Map<String, Object> noted() {
        return noted;
    }

    void receive(TalEvent event) {
        switch (event.type()) {
            case EventTypes.TASK_STARTED -> started();
            case EventTypes.TASK_PINNED -> ignore("already pinned");
            case EventTypes.TASK_PLACED -> placed(event);
            case EventTypes.TASK_TIMER -> {}
            case EventTypes.TASK_CANCEL -> cancel();
            case EventTypes.TASK_RULES -> rules(event);
            case EventTypes.INVOCATION_COMPLETED, EventTypes.INVOCATION_FAILED -> outcome(event);
            case EventTypes.INVOCATION_LOST -> lost(event);
            case EventTypes.DATA_READY, EventTypes.DATA_ITEM, EventTypes.DATA_CLOSED -> signal(event);
            default -> foreign(event);
        }
    }

    private void ignore(String reason) {
        header.ignored++;
        ignored = reason;
    }

    private void refuse(TalEvent event, String code, String reason) {
        run.effects.add(new Effect.DeadLetter(event, code, reason));
    }

    private Occurrence occurrence(LeafKey key, Occurrence.Slice slice, Object data) {
        return Occurrence.of(key, slice, run.logEvent.event(), run.logEvent.timeMillis(), data);
    }

    private void started() {
        if (run.logEvent.offset() != header.startOffset || run.logEvent.partition() != header.partition) {
            ignore("task has started");
            return;
        }
        header.deadlineMicros =
                run.nowMicros + ShapeOf.micros(run.program.workflow().deadline());
        Object input = state.json("in");
        String wrong = run.program.checkInput(input);
        if (wrong != null) {
            throw TaskFailure.of("Task.InvalidInput", wrong);
        }
        RuleSwitch.armAll(run, nodes);
        run.pending.add(occurrence(LeafKey.STARTED, null, input));
    }

    /** What is called from now on goes to one of these nodes. */
    private void placed(TalEvent event) {
        String named = event.extensions().getOrDefault(EventTypes.NODES, "");
        if (named.isEmpty() || named.equals(header.nodes)) {
            ignore("its functions run there already");
            return;
        }
        header.nodes = named;
        noted = Map.of("nodes", named);
    }

    private void cancel() {
        boolean compensate = run.data instanceof Map<?, ?> data && Boolean.TRUE.equals(data.get("compensate"));
        if (header.status == Status.COMPENSATING) {
            ignore("the task is being compensated");
        } else if (compensate) {
            ending.compensate(Status.CANCELLED, null);
        } else {
            ending.end(Status.CANCELLED, null, null);
        }
    }

    private void rules(TalEvent event) {
        if (!run.isRunning()) {
            ignore("the task is being compensated");
            return;
        }
        RuleCommand.Result result = RuleCommand.apply(run, nodes, event);
        noted = result.noted();
        if (result.refused() != null) {
            ignore(result.refused());
        }
    }

    private void foreign(TalEvent event) {
        if (event.type().startsWith(EventTypes.RESERVED_PREFIX)) {
            refuse(
                    event,
                    "event/unknown-type",
                    "type %s is reserved and not one of this version".formatted(event.type()));
            return;
        }
        if (run.isRunning()) {
            EventRate.count(run, event);
        }
        if (!ForeignEvents.remember(state, header, event.source(), event.id())) {
            ignore("repeated event");
            return;
        }
        LeafKey key = new LeafKey(LeafKey.Kind.EVENT, event.type(), "");
        if (run.rules().concerned(key).isEmpty()
                && run.addedRules().concerned(key).isEmpty()) {
            // It did happen in this task, and so lies between what a strict sequence waits for.
            header.events += run.program.declares(event.type()) ? 1 : 0;
            ignore("no rule waits for type " + event.type());
        } else if (!run.isRunning()) {
            ignore("the task is being compensated");
        } else {
            run.pending.add(occurrence(key, null, run.data));
        }
    }

    /** The invocation an event names; null if it is none of this task's. */
    private Invocation invocation(TalEvent event) {
        String prefix = header.firingPrefix();
        return event.firing().startsWith(prefix)
                ? state.invocation(event.firing().substring(prefix.length()))
                : null;
    }

    /** The invocation whose open attempt an event is about; null, and the event refused or ignored, if there is none. */
    private Invocation openAttempt(TalEvent event) {
        Invocation invocation = invocation(event);
        if (invocation == null) {
            refuse(
                    event,
                    "event/unknown-firing",
                    "firing %s is none of task %s".formatted(event.firing(), header.task));
            return null;
        }
        if (invocation.phase() != Phase.RUNNING || event.attempt() != invocation.attempt()) {
            ignoreClosed(event);
            return null;
        }
        return invocation;
    }

    private void ignoreClosed(TalEvent event) {
        ignore("firing %s, attempt %d is not open".formatted(event.firing(), event.attempt()));
    }

    private void outcome(TalEvent event) {
        Invocation invocation = openAttempt(event);
        if (invocation == null) {
            return;
        }
        if (event.type().equals(EventTypes.INVOCATION_COMPLETED)) {
            completed(invocation, run.data);
        } else {
            failed(invocation, run.data);
        }
    }

    private void completed(Invocation invocation, Object data) {
        invocations.ended(invocation, Phase.COMPLETED);
        Invocation known = invocation.in(Phase.COMPLETED);
        tell(known, data);
        header.completed++;
        if (invocation.rule().equals(Ending.COMPENSATE)) {
            ending.undone(invocation, null);
            return;
        }
        if (run.program.keepsResult(known.node())) {
            state.put("r/" + known.node(), Json.bytes(data));
        }
        Function function = run.program.workflow().functions().get(known.function());
        if (function != null && function.compensate().isPresent()) {
            ending.remember(invocation, function.compensate().get(), data);
        }
        Occurrence completed = occurrence(new LeafKey(LeafKey.Kind.COMPLETED, known.node(), ""), known.slice(), data);
        run.pending.add(completed);
        run.pending.add(completed.as(new LeafKey(LeafKey.Kind.SETTLED, known.node(), ""), known.slice(), data));
        run.pending.addAll(Signals.of(run, known).complete(completed));
    }

    private void failed(Invocation invocation, Object error) {
        if (invocations.isTriedAgain(invocation, error)) {
            return;
        }
        invocations.ended(invocation, Phase.FAILED);
        tell(invocation.in(Phase.FAILED), error);
        header.failed++;
        if (invocation.rule().equals(Ending.COMPENSATE)) {
            ending.undone(invocation, error);
            return;
        }
        header.events++;
        Occurrence failure =
                occurrence(new LeafKey(LeafKey.Kind.FAILED, invocation.node(), ""), invocation.slice(), error);
        boolean caught = delivery.deliver(failure);
        for (Occurrence stream : Signals.of(run, invocation).fail(failure)) {
            caught |= run.isRunning() && delivery.deliver(stream);
        }
        if (!caught && run.isRunning()) {
            throw TaskFailure.ofInvocation(header, invocation, error);
        }
    }

    /** The node of an attempt is lost, or has handed it back: the next attempt, on the nodes that are left. */
    private void lost(TalEvent event) {
        Invocation invocation = openAttempt(event);
        if (invocation == null) {
            return;
        }
        if (invocation.isSubTask()) {
            ignoreClosed(event);
            return;
        }
        String node = event.extensions().getOrDefault(EventTypes.NODE, "");
        header.nodes = event.extensions().getOrDefault(EventTypes.NODES, header.nodes);
        noted = new LinkedHashMap<>();
        noted.put("lost", invocation.call());
        noted.put("attempt", (long) invocation.attempt());
        noted.put("node", node);
        if (invocation.losses() + 1 < Invocation.MAX_LOSSES) {
            invocations.again(invocation);
        } else {
            String message = "its node was lost in %d attempts, last %s".formatted(Invocation.MAX_LOSSES, node);
            failed(invocation, Map.of("error", "Node.Lost", "message", message));
        }
    }

    private void tell(Invocation known, Object data) {
        run.effects.add(new Effect.Status(
                run.logEvent.event().firing(),
                Effect.Status.INVOCATION,
                Outcomes.status(known, header, run.logEvent, data)));
    }

    private void signal(TalEvent event) {
        Invocation invocation = invocation(event);
        if (invocation == null || !invocation.isOpen() || !run.isRunning()) {
            refuse(event, "data/not-open", "firing %s is not open in task %s".formatted(event.firing(), header.task));
            return;
        }
        if (invocation.isGivenUp(event.attempt())) {
            ignore("firing %s, attempt %d was given up with its node".formatted(event.firing(), event.attempt()));
            return;
        }
        Signals signals = Signals.of(run, invocation);
        String name = event.extensions().getOrDefault(EventTypes.DATUM, "");
        Function.Datum datum = signals.datum(name);
        boolean stream = !event.type().equals(EventTypes.DATA_READY);
        if (datum == null || stream != (datum.kind() == Function.Datum.Kind.STREAM)) {
            refuse(
                    event,
                    "data/undeclared",
                    "function %s declares no %s %s"
                            .formatted(invocation.function(), stream ? "stream" : "value", name));
            return;
        }
        Occurrence raw =
                occurrence(new LeafKey(LeafKey.Kind.READY, invocation.node(), name), invocation.slice(), run.data);
        switch (event.type()) {
            case EventTypes.DATA_READY -> {
                if (signals.ready(datum, run.data)) {
                    run.pending.add(raw);
                } else {
                    ignore("repeated datum");
                }
            }
            case EventTypes.DATA_ITEM -> {
                int slice = signals.item(datum, event.extensions().getOrDefault(EventTypes.SLICE, ""), run.data);
                if (slice >= 0) {
                    run.pending.add(signals.item(raw, name, slice, run.data));
                } else {
                    ignore("repeated slice");
                }
            }
            default -> {
                int slices = signals.close(datum, count());
                if (slices >= 0) {
                    run.pending.add(signals.closed(raw, name, slices));
                } else {
                    ignore("repeated close");
                }
            }
        }
    }

    private long count() {
        return run.data instanceof Map<?, ?> data && data.get("count") instanceof Long count ? count : -1;
    }
}
