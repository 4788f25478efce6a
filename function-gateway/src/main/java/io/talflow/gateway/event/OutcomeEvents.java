package io.talflow.gateway.event;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Recorded;
import io.talflow.gateway.journal.Start;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The event that tells an outcome; the same outcome always gives the same event. */
public final class OutcomeEvents {
    private final String nodeId;

    public OutcomeEvents(String nodeId) {
        this.nodeId = nodeId;
    }

    /**
     * An attempt is not finished here.
     *
     * @param nodes where the task's functions run from now on
     */
    public TalEvent handedBack(Firing firing, List<String> nodes) {
        String chosen = Placement.joined(Placement.SPREAD.ofTask(firing.task(), nodes));
        return new TalEvent(
                firing.key() + "/lost",
                "/talflow/" + firing.task(),
                EventTypes.INVOCATION_LOST,
                "",
                TalEvent.Kind.CONTROL,
                firing.task(),
                firing.key().firing(),
                firing.key().attempt(),
                Map.of(EventTypes.NODE, nodeId, EventTypes.NODES, chosen),
                Json.bytes(Map.of("reason", "drained")));
    }

    TalEvent of(Recorded recorded) {
        Outcome outcome = recorded.outcome();
        String type =
                outcome instanceof Outcome.Completed ? EventTypes.INVOCATION_COMPLETED : EventTypes.INVOCATION_FAILED;
        return new TalEvent(
                recorded.key().toString(),
                "/talflow/" + recorded.task(),
                type,
                "",
                TalEvent.Kind.CONTROL,
                recorded.task(),
                recorded.key().firing(),
                recorded.key().attempt(),
                extensions(recorded),
                outcome.data());
    }

    private Map<String, String> extensions(Recorded recorded) {
        String began = Long.toString(recorded.outcome().beganAt());
        return recorded.start() == Start.NONE
                ? Map.of(EventTypes.NODE, nodeId, "talbegan", began)
                : Map.of(
                        EventTypes.NODE,
                        nodeId,
                        "talbegan",
                        began,
                        EventTypes.START,
                        recorded.start().name().toLowerCase(Locale.ROOT));
    }
}
