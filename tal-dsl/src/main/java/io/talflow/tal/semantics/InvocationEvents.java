package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Function;
import io.talflow.tal.semantics.Invocation.Phase;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the events of a task's invocations are to it: outcomes, losses, and what a running function signals. */
final class InvocationEvents {
    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;
    private final Invocations invocations;
    private final Ending ending;
    private final Delivery delivery;
    private final Verdict verdict;

    /** Delivers an occurrence at once. */
    interface Delivery {
        /** @return whether some rule took it */
        boolean deliver(Occurrence occurrence);
    }

    InvocationEvents(TaskRun run, Invocations invocations, Ending ending, Delivery delivery, Verdict verdict) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
        this.invocations = invocations;
        this.ending = ending;
        this.delivery = delivery;
        this.verdict = verdict;
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
            verdict.refuse(
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
        verdict.ignore("firing %s, attempt %d is not open".formatted(event.firing(), event.attempt()));
    }

    void outcome(TalEvent event) {
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
        Occurrence completed =
                run.occurrence(new LeafKey(LeafKey.Kind.COMPLETED, known.node(), ""), known.slice(), data);
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
                run.occurrence(new LeafKey(LeafKey.Kind.FAILED, invocation.node(), ""), invocation.slice(), error);
        boolean caught = delivery.deliver(failure);
        for (Occurrence stream : Signals.of(run, invocation).fail(failure)) {
            caught |= run.isRunning() && delivery.deliver(stream);
        }
        if (!caught && run.isRunning()) {
            throw TaskFailure.ofInvocation(header, invocation, error);
        }
    }

    /** The node of an attempt is lost, or has handed it back: the next attempt, on the nodes that are left. */
    void lost(TalEvent event) {
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
        Map<String, Object> noted = new LinkedHashMap<>();
        noted.put("lost", invocation.call());
        noted.put("attempt", (long) invocation.attempt());
        noted.put("node", node);
        verdict.note(noted);
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

    void signal(TalEvent event) {
        Invocation invocation = invocation(event);
        if (invocation == null || !invocation.isOpen() || !run.isRunning()) {
            verdict.refuse(
                    event, "data/not-open", "firing %s is not open in task %s".formatted(event.firing(), header.task));
            return;
        }
        if (invocation.isGivenUp(event.attempt())) {
            verdict.ignore(
                    "firing %s, attempt %d was given up with its node".formatted(event.firing(), event.attempt()));
            return;
        }
        Signals signals = Signals.of(run, invocation);
        String name = event.extensions().getOrDefault(EventTypes.DATUM, "");
        Function.Datum datum = signals.datum(name);
        boolean stream = !event.type().equals(EventTypes.DATA_READY);
        if (datum == null || stream != (datum.kind() == Function.Datum.Kind.STREAM)) {
            verdict.refuse(
                    event,
                    "data/undeclared",
                    "function %s declares no %s %s"
                            .formatted(invocation.function(), stream ? "stream" : "value", name));
            return;
        }
        Occurrence raw =
                run.occurrence(new LeafKey(LeafKey.Kind.READY, invocation.node(), name), invocation.slice(), run.data);
        switch (event.type()) {
            case EventTypes.DATA_READY -> {
                if (signals.ready(datum, run.data)) {
                    run.pending.add(raw);
                } else {
                    verdict.ignore("repeated datum");
                }
            }
            case EventTypes.DATA_ITEM -> {
                int slice = signals.item(datum, event.extensions().getOrDefault(EventTypes.SLICE, ""), run.data);
                if (slice >= 0) {
                    run.pending.add(signals.item(raw, name, slice, run.data));
                } else {
                    verdict.ignore("repeated slice");
                }
            }
            default -> {
                int slices = signals.close(datum, count());
                if (slices >= 0) {
                    run.pending.add(signals.closed(raw, name, slices));
                } else {
                    verdict.ignore("repeated close");
                }
            }
        }
    }

    private long count() {
        return run.data instanceof Map<?, ?> data && data.get("count") instanceof Long count ? count : -1;
    }
}
