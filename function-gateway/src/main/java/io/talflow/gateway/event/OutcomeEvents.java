package io.talflow.gateway.event;

import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Recorded;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.Map;

/** The event that tells an outcome; the same outcome always gives the same event. */
public final class OutcomeEvents {
    private final String nodeId;

    public OutcomeEvents(String nodeId) {
        this.nodeId = nodeId;
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
                Map.of("talnode", nodeId, "talbegan", Long.toString(outcome.beganAt())),
                outcome.data());
    }
}
