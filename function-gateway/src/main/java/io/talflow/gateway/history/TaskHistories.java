package io.talflow.gateway.history;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Definition;
import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.log.TaskEvents.Logged;
import io.talflow.gateway.log.TaskEvents.Place;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.replay.History;
import io.talflow.tal.semantics.EarlyEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Histories of tasks, read from the log. */
public final class TaskHistories {
    private final TaskEvents events;

    /** Finds the definition of a name and a version. */
    public interface Source {
        Optional<Definition> find(String workflow, String version);
    }

    public TaskHistories(TaskEvents events) {
        this.events = events;
    }

    /**
     * The history of a task up to now.
     *
     * @param status of the task
     * @param limit bound on records
     * @throws GatewayFailure NOT_BEGUN if its definition is not known, TOO_LARGE if there are more records
     */
    public History of(Map<String, Object> status, Source definitions, int limit) {
        Place place = Place.of(status);
        Definition definition = definition(status, definitions);
        List<Logged> logged = events.read(place, place.startedAt() - keepMillis(definition), limit);
        if (logged.size() >= limit) {
            throw new GatewayFailure(
                    GatewayError.TOO_LARGE,
                    "%s has %d events or more; read it from Kafka itself: talflow replay %s --kafka HOST:PORT"
                            .formatted(place.task(), limit, place.task()));
        }
        List<History.Entry> entries = new ArrayList<>();
        for (Logged record : logged) {
            record.entry().filter(entry -> isOfThisRun(entry, place)).ifPresent(entries::add);
        }
        return new History(
                place.task(),
                definition.workflow(),
                definition.version(),
                definition.file(),
                definition.text(),
                entries);
    }

    /**
     * The definition a task runs.
     *
     * @throws GatewayFailure NOT_BEGUN if it is not known
     */
    public static Definition definition(Map<String, Object> status, Source definitions) {
        String workflow = String.valueOf(status.get("workflow"));
        String version = String.valueOf(status.get("version"));
        return definitions
                .find(workflow, version)
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.NOT_BEGUN,
                        "%s has not begun: it waits for definition %s%s"
                                .formatted(
                                        status.get("task"),
                                        workflow,
                                        version.isEmpty() ? "" : ", version " + version)));
    }

    /** What came before the start counts if it was kept for the task; a poke moves the clock it was kept by. */
    private static boolean isOfThisRun(History.Entry entry, Place place) {
        return entry.offset() >= place.startOffset()
                || entry.event().type().equals(EventTypes.TASK_TIMER)
                || EarlyEvents.isKept(entry.event());
    }

    /** The longest time an event of the workflow waits for a task that has not started. */
    private static long keepMillis(Definition definition) {
        return Formats.load(definition.file(), definition.text().getBytes(StandardCharsets.UTF_8))
                .events()
                .values()
                .stream()
                .map(EventDeclaration::keep)
                .max(Comparator.naturalOrder())
                .map(Duration::toMillis)
                .orElse(0L);
    }
}
