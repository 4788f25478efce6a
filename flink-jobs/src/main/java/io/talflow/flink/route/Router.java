package io.talflow.flink.route;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Finds the tasks of an event that came by an ingress topic, with any key or none. The {@code taltask} attribute names one; a
 * start event may leave it out: its task is then {@code workflow/KEY}, KEY the data's {@code key} or a digest of the event's
 * source and id, so that the same start sent twice is one task. Any other event belongs to every current workflow that
 * declares it, which starts a task by it or finds one by its key.
 */
final class Router {
    /** Bound on an ingress event's data. */
    static final int MAX_DATA_BYTES = 1 << 20;

    /** An event that is appended so much later than its ingress topic got it is told when that was. */
    private static final long LATE_MILLIS = 1_000;

    private final CurrentWorkflows workflows;
    private final LongSupplier clock;
    private final Map<String, List<EventRoute>> routes = new TreeMap<>();
    private final Map<String, CurrentWorkflows.Current> routed = new HashMap<>();

    /** @param clock epoch milliseconds */
    Router(CurrentWorkflows workflows, LongSupplier clock) {
        this.workflows = workflows;
        this.clock = clock;
        follow();
    }

    /** Takes the definitions as they are now. */
    void follow() {
        Map<String, CurrentWorkflows.Current> current = workflows.all();
        if (routed.keySet().retainAll(current.keySet())) {
            routes.keySet().retainAll(current.keySet());
        }
        current.forEach((name, workflow) -> {
            if (!workflow.equals(routed.put(name, workflow))) {
                routes.put(name, EventRoute.of(workflow.workflow()));
            }
        });
    }

    /** What becomes of a record; nothing if no current workflow takes it. */
    List<Outgoing> route(RawRecord record) {
        try {
            TalEvent event = CloudEventCodec.decodeUnread(record.headers(), record.value());
            Object data = CloudEventCodec.data(event);
            check(event);
            if (!event.task().isEmpty()) {
                return List.of(log(record, addressed(event, data)));
            }
            return event.type().equals(EventTypes.TASK_STARTED)
                    ? List.of(Outgoing.log(Ingress.forTask(event, valid(newTask(event, data)), 0)))
                    : found(record, event, data);
        } catch (CloudEventCodec.MalformedEvent e) {
            return List.of(Outgoing.deadLetter(record, "event/malformed", e.getMessage()));
        } catch (Unroutable e) {
            return List.of(Outgoing.deadLetter(record, e.code(), e.getMessage()));
        }
    }

    /**
     * What becomes in the end of a record that no workflow took. By a topic that none names any more nothing is read, so
     * that is nothing.
     */
    Optional<Outgoing> giveUp(RawRecord record) {
        if (!record.topic().equals(Topics.IN) && routes().noneMatch(route -> route.comesBy(record.topic()))) {
            return Optional.empty();
        }
        TalEvent event = CloudEventCodec.decode(record.headers(), record.value());
        return Optional.of(Outgoing.deadLetter(
                record,
                "event/no-task",
                "no taltask attribute, and no current workflow takes type %s from topic %s: it must declare it with a key, or have a start whose filter holds"
                        .formatted(event.type(), record.topic())));
    }

    /** In the order of their workflows' names. */
    private Stream<EventRoute> routes() {
        return routes.values().stream().flatMap(List::stream);
    }

    private Outgoing log(RawRecord record, TalEvent event) {
        boolean late = clock.getAsLong() - record.timeMillis() > LATE_MILLIS;
        return Outgoing.log(late ? Ingress.receivedAt(event, record.timeMillis()) : event);
    }

    private static void check(TalEvent event) {
        if (event.type().startsWith(EventTypes.RESERVED_PREFIX) && !event.type().equals(EventTypes.TASK_STARTED)) {
            throw new Unroutable(
                    "event/reserved-type",
                    "type %s is the engine's own; by an ingress topic only %s may come"
                            .formatted(event.type(), EventTypes.TASK_STARTED));
        }
        if (event.data().length > MAX_DATA_BYTES) {
            throw new Unroutable(
                    "event/too-large", "data may have %d bytes, has %d".formatted(MAX_DATA_BYTES, event.data().length));
        }
    }

    private static String valid(String task) {
        if (!TaskId.isValid(task)) {
            throw new Unroutable("event/bad-task", "taltask must be workflow/key, is '%s'".formatted(task));
        }
        return task;
    }

    /** An event that names its task; what it must look like is up to the workflow's current version. */
    private TalEvent addressed(TalEvent event, Object data) {
        String task = valid(event.task());
        List<String> wrong = new ArrayList<>();
        for (EventRoute route : routes.getOrDefault(TaskId.workflow(task), List.of())) {
            if (!route.isOf(event.type())) {
                continue;
            }
            Optional<String> fault = route.fault(data);
            if (fault.isEmpty()) {
                return Ingress.forTask(event, task, route.keepMillis());
            }
            wrong.add(fault.get());
        }
        if (!wrong.isEmpty()) {
            throw new Unroutable("event/bad-data", String.join("; ", wrong));
        }
        return Ingress.forTask(event, task, 0);
    }

    /** To every workflow that takes the event what it is to get, and one dead letter if there is one that cannot take it. */
    private List<Outgoing> found(RawRecord record, TalEvent event, Object data) {
        List<Outgoing> found = new ArrayList<>();
        List<Unroutable> wrong = new ArrayList<>();
        Set<String> tasks = new HashSet<>();
        routes().filter(route -> route.isOf(event.type()) && route.comesBy(record.topic()))
                .forEach(route -> {
                    try {
                        route.fault(data).ifPresent(fault -> {
                            throw new Unroutable("event/bad-data", fault);
                        });
                        for (List<TalEvent> ofTask : route.find(event, data, record.timeMillis())) {
                            if (tasks.add(ofTask.get(0).task())) {
                                ofTask.forEach(each -> found.add(log(record, each)));
                            }
                        }
                    } catch (Unroutable e) {
                        wrong.add(e);
                    }
                });
        if (!wrong.isEmpty()) {
            String reason =
                    String.join("; ", wrong.stream().map(Unroutable::getMessage).toList());
            found.add(Outgoing.deadLetter(record, wrong.get(0).code(), reason));
        }
        return found;
    }

    private static String newTask(TalEvent event, Object data) {
        if (!(data instanceof Map<?, ?> start) || !(start.get("workflow") instanceof String workflow)) {
            throw new Unroutable("event/no-workflow", "a start event's data must be {workflow: NAME, input: …}");
        }
        Object key = start.get("key");
        return TaskId.of(workflow, key instanceof String text ? text : Ingress.digest(event));
    }
}
