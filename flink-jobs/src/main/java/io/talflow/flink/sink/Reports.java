package io.talflow.flink.sink;

import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * What tasks report and nothing waits for: statuses and decisions, held for some milliseconds. Of an invocation that
 * starts and ends meanwhile one status is written, and what is written goes in few requests; each saved is a share of a
 * hop's cost. A task's statuses leave together, so that a reader sees its header in step with its invocations.
 */
final class Reports {
    /** How long; nobody waits for them, people look at them. */
    private static final long HELD_MILLIS = 25;
    /** How many at most, or writing them would hold the events up. */
    private static final int MOST_HELD = 500;

    private final Consumer<Outgoing> out;
    private final ProcessingTimeService timers;
    private final Map<String, OfTask> held = new HashMap<>();
    private int added;

    Reports(Consumer<Outgoing> out, ProcessingTimeService timers) {
        this.out = out;
        this.timers = timers;
    }

    private static final class OfTask {
        /** By their key, the last one told at the end. */
        private final Map<String, Effect.Status> statuses = new LinkedHashMap<>();

        private final List<Effect.Decision> decisions = new ArrayList<>();
    }

    /** Replaces the status of the same key that is still held. */
    void add(Effect.Status status) {
        Map<String, Effect.Status> statuses = of(status.task()).statuses;
        statuses.remove(status.key());
        statuses.put(status.key(), status);
    }

    void add(Effect.Decision decision) {
        of(decision.task()).decisions.add(decision);
    }

    private OfTask of(String task) {
        added++;
        if (held.isEmpty()) {
            long at = timers.getCurrentProcessingTime() + HELD_MILLIS;
            ScheduledFuture<?> unused = timers.registerTimer(at, now -> flush());
        }
        return held.computeIfAbsent(task, key -> new OfTask());
    }

    /** Writes the statuses of a task that has ended, which somebody may wait for; its decisions go with the next that are due. */
    void ended(String task) {
        OfTask reports = held.get(task);
        if (reports != null) {
            writeStatuses(reports);
        }
    }

    /** Writes all that is held if that is much. Between two events, since what one tells leaves together. */
    void relieve() {
        if (added >= MOST_HELD) {
            flush();
        }
    }

    /** Writes all that is held. */
    void flush() {
        added = 0;
        held.values().forEach(this::writeStatuses);
        held.values().forEach(this::writeDecisions);
        held.clear();
    }

    private void writeStatuses(OfTask reports) {
        List<Outgoing> statuses = new ArrayList<>(reports.statuses.size());
        for (Effect.Status status : reports.statuses.values()) {
            statuses.add(Outgoing.status(status));
        }
        reports.statuses.clear();
        statuses.forEach(out); // close together, the producer takes them as one
    }

    private void writeDecisions(OfTask reports) {
        for (Effect.Decision decision : reports.decisions) {
            out.accept(Outgoing.json(Topics.HISTORY, decision.task(), Json.bytes(decision.data())));
        }
    }
}
