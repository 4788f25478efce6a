package io.talflow.eval;

import io.talflow.tal.Json;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads from {@code tal.history} which rules have fired. */
final class Firings {
    private Firings() {}

    /**
     * How often a decision made a rule fire.
     *
     * @param rule id of the rule, or a prefix of it
     * @throws IllegalStateException if the task has failed
     */
    static int of(ConsumerRecord<byte[], byte[]> record, String rule) {
        Map<String, Object> decision = Json.parseObject(record.value());
        if ("FAILED".equals(decision.get("ended"))) {
            throw new IllegalStateException("a task has failed: " + Json.text(decision));
        }
        int firings = 0;
        if (decision.get("fired") instanceof List<?> fired) {
            for (Object firing : fired) {
                firings += String.valueOf(((Map<?, ?>) firing).get("rule")).startsWith(rule) ? 1 : 0;
            }
        }
        return firings;
    }
}
