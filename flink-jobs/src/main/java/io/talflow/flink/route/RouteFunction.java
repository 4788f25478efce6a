package io.talflow.flink.route;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import org.apache.flink.api.common.functions.MapFunction;

/** Every ingress record becomes a record of the log or a dead letter. */
public final class RouteFunction implements MapFunction<RawRecord, Outgoing> {
    /** Never changes: savepoints are bound to it. */
    public static final String UID = "router-v1";

    private static final long serialVersionUID = 1L;

    @Override
    public Outgoing map(RawRecord record) {
        return Router.route(record);
    }
}
