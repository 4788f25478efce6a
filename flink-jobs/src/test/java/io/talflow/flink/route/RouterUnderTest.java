package io.talflow.flink.route;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionLog;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.oracle.Routing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The router of one workflow, which reads its events at the time the broker stamps them. */
public final class RouterUnderTest implements Routing {
    private final Router router;
    private long now;

    public RouterUnderTest(String workflow, String text) {
        CurrentWorkflows workflows = new CurrentWorkflows();
        new DefinitionLog().apply(workflow, "v", text).forEach(workflows::add);
        router = new Router(workflows, () -> now);
    }

    @Override
    public Routed route(TalEvent event, long timeMillis) {
        now = timeMillis;
        Map<String, String> attributes = Map.of("id", event.id(), "source", event.source(), "subject", event.subject());
        RawRecord record = at(
                timeMillis,
                IngressRecords.record(
                        Topics.IN,
                        event.type(),
                        new String(event.data(), StandardCharsets.UTF_8),
                        event.subject().isEmpty() ? Map.of("id", event.id(), "source", event.source()) : attributes));
        List<Outgoing> routed = router.route(record);
        if (routed.isEmpty()) {
            routed = router.giveUp(record).stream().toList();
        }
        List<TalEvent> appended = new ArrayList<>();
        String refused = "";
        for (Outgoing each : routed) {
            if (each.topic().equals(Topics.DEAD_LETTERS)) {
                refused = IngressRecords.header(each, "talflow-code");
            } else {
                appended.add(CloudEventCodec.decode(each.headers(), each.value()));
            }
        }
        return new Routed(appended, refused);
    }

    private static RawRecord at(long timeMillis, RawRecord record) {
        return new RawRecord(record.topic(), 0, 0, timeMillis, record.key(), record.value(), record.headers());
    }
}
