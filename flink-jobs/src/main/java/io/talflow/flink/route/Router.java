package io.talflow.flink.route;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Finds the task of an event that came by an ingress topic, with any key or none. The {@code taltask} attribute names it;
 * a start event may leave it out: its task is then {@code workflow/KEY}, KEY the data's {@code key} or a digest of the
 * event's source and id, so that the same start sent twice is one task.
 */
final class Router {
    /** Bound on an ingress event's data. */
    static final int MAX_DATA_BYTES = 1 << 20;

    private Router() {}

    static Outgoing route(RawRecord record) {
        try {
            TalEvent event = CloudEventCodec.decode(record.headers(), record.value());
            return Outgoing.log(withTask(checked(event)));
        } catch (CloudEventCodec.MalformedEvent e) {
            return Outgoing.deadLetter(record, "event/malformed", e.getMessage());
        } catch (Unroutable e) {
            return Outgoing.deadLetter(record, e.code, e.getMessage());
        }
    }

    private static TalEvent checked(TalEvent event) {
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
        return event;
    }

    private static TalEvent withTask(TalEvent event) {
        String task = event.task();
        if (task.isEmpty() && event.type().equals(EventTypes.TASK_STARTED)) {
            task = newTask(event);
        }
        if (task.isEmpty()) {
            throw new Unroutable(
                    "event/no-task", "no taltask attribute, and type %s starts no task".formatted(event.type()));
        }
        if (!TaskId.isValid(task)) {
            throw new Unroutable("event/bad-task", "taltask must be workflow/key, is '%s'".formatted(task));
        }
        return new TalEvent(
                event.id(),
                event.source(),
                event.type(),
                event.subject(),
                event.kind(),
                task,
                "",
                0,
                event.extensions(),
                event.data());
    }

    private static String newTask(TalEvent event) {
        if (!(event.value() instanceof Map<?, ?> data) || !(data.get("workflow") instanceof String workflow)) {
            throw new Unroutable("event/no-workflow", "a start event's data must be {workflow: NAME, input: …}");
        }
        Object key = data.get("key");
        return TaskId.of(workflow, key instanceof String text ? text : digest(event));
    }

    private static String digest(TalEvent event) {
        try {
            byte[] identity = Json.bytes(java.util.List.of(event.source(), event.id()));
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(identity);
            return HexFormat.of().formatHex(sha, 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static final class Unroutable extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;

        Unroutable(String code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }
}
