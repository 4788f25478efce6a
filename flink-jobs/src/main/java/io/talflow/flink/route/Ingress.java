package io.talflow.flink.route;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What the events that the router appends look like. */
final class Ingress {
    /** Attributes that mean something to the engine: nobody outside can have them set. */
    private static final String OWN_ATTRIBUTES = "tal";

    private Ingress() {}

    /**
     * An event from outside as an event of a task.
     *
     * @param keepMillis how long it waits for the task to start; 0: not at all
     */
    static TalEvent forTask(TalEvent event, String task, long keepMillis) {
        Map<String, String> extensions = new HashMap<>(event.extensions());
        extensions.keySet().removeIf(name -> name.startsWith(OWN_ATTRIBUTES));
        if (keepMillis > 0) {
            extensions.put(EventTypes.KEEP, Long.toString(keepMillis));
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
                extensions,
                event.data());
    }

    /** The event, with the time at which its ingress topic got it. */
    static TalEvent receivedAt(TalEvent event, long timeMillis) {
        Map<String, String> extensions = new HashMap<>(event.extensions());
        extensions.put(EventTypes.RECEIVED, Long.toString(timeMillis));
        return new TalEvent(
                event.id(),
                event.source(),
                event.type(),
                event.subject(),
                event.kind(),
                event.task(),
                event.firing(),
                event.attempt(),
                extensions,
                event.data());
    }

    /** The start of a task by an event; of the same event the same start. Pins no version. */
    static TalEvent start(TalEvent event, String workflow, String task, Object input) {
        return TalEvent.engine(
                "start/" + digest(event),
                "/talflow/job",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", workflow, "input", input));
    }

    /** Of what makes an event that event, its source and id; 20 characters. */
    static String digest(TalEvent event) {
        try {
            byte[] identity = Json.bytes(List.of(event.source(), event.id()));
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(identity);
            return HexFormat.of().formatHex(sha, 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
