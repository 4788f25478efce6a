package io.talflow.flink.sink;

import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.oracle.Engine;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The event sink with all tasks of a workflow, restored from a snapshot before every fourth event or so. */
final class TasksOperator implements Engine, AutoCloseable {
    private static final String VERSION = "v";

    private final Random random;
    private SinkHarness harness;

    TasksOperator(String workflow, String text) {
        random = new Random(text.hashCode());
        try {
            harness = new SinkHarness(null);
            harness.take(harness.definitions().apply(workflow, VERSION, text, 0));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public List<Effect> on(TalEvent event, long timeMillis) {
        try {
            if (random.nextInt(4) == 0) {
                try (SinkHarness before = harness) {
                    harness = before.restored(0);
                }
            }
            harness.brokerClock(timeMillis);
            harness.log(event);
            harness.readBack();
            List<Effect> effects = new ArrayList<>();
            for (Outgoing record : harness.out()) {
                switch (record.topic()) {
                    case Topics.HISTORY -> {
                        Map<String, Object> decision = Json.parseObject(record.value());
                        effects.add(new Effect.Decision(String.valueOf(decision.get("task")), decision));
                    }
                    case Topics.OUT -> effects.add(new Effect.Emit(Optional.empty(), decoded(record)));
                    case Topics.DEAD_LETTERS ->
                        effects.add(new Effect.DeadLetter(
                                decoded(record),
                                new String(record.headers().get("talflow-code"), StandardCharsets.UTF_8),
                                ""));
                    default -> {}
                }
            }
            return effects;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static TalEvent decoded(Outgoing record) {
        return CloudEventCodec.decode(record.headers(), record.value());
    }

    @Override
    public void close() {
        try {
            harness.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
