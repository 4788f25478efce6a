package io.talflow.flink.job;

import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What {@code tal.tasks} says: of each task and each invocation the state of the highest revision. */
final class Statuses {
    private final LocalKafka kafka;
    private final Map<String, Map<String, Object>> best = new HashMap<>();
    private int seen;

    Statuses(LocalKafka kafka) {
        this.kafka = kafka;
    }

    /** @param key a task, or a firing */
    synchronized Optional<Map<String, Object>> of(String key) {
        refresh();
        return Optional.ofNullable(best.get(key));
    }

    boolean is(String key, String status) {
        return of(key).filter(data -> status.equals(data.get("status"))).isPresent();
    }

    /** Every task it tells of. */
    synchronized Set<String> tasks() {
        refresh();
        Set<String> tasks = new TreeSet<>();
        best.values().forEach(data -> tasks.add(String.valueOf(data.get("task"))));
        return tasks;
    }

    private void refresh() {
        List<ConsumerRecord<byte[], byte[]>> records = kafka.read(Topics.TASKS);
        for (ConsumerRecord<byte[], byte[]> record : records.subList(seen, records.size())) {
            best.merge(
                    new String(record.key(), StandardCharsets.UTF_8),
                    data(record),
                    (old, fresh) -> revision(fresh) >= revision(old) ? fresh : old);
        }
        seen = records.size();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> data(ConsumerRecord<byte[], byte[]> record) {
        return (Map<String, Object>) Json.parseObject(record.value()).get("data");
    }

    static long revision(Map<String, Object> data) {
        return ((Number) data.get("revision")).longValue();
    }
}
