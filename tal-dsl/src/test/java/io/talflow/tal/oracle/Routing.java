package io.talflow.tal.oracle;

import io.talflow.tal.event.TalEvent;
import java.util.List;

/** What finds the tasks of events that come by the ingress topic. */
public interface Routing {
    /** Makes that of one workflow. */
    interface Maker {
        Routing of(String workflow, String text);
    }

    /**
     * What becomes of an event.
     *
     * @param appended to the log, in this order
     * @param refused code of its dead letter; empty: there is none
     */
    record Routed(List<TalEvent> appended, String refused) {}

    /** The way of an event that names no task. */
    Routed route(TalEvent event, long timeMillis);
}
