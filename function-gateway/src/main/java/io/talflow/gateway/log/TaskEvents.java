package io.talflow.gateway.log;

import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Reads one task's events and the decisions made on them, from the log itself. */
public final class TaskEvents {
    private final String bootstrap;

    public TaskEvents(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * The task's events in order of their offsets, each with its decisions.
     *
     * @param startedAt epoch milliseconds; where to begin in the history
     * @param limit bound on events; the rest is left off
     */
    public List<Map<String, Object>> of(String task, int partition, long startOffset, long startedAt, int limit) {
        Map<Long, Map<String, Object>> events = new TreeMap<>();
        try (TopicReader reader = new TopicReader(bootstrap)) {
            TopicPartition log = new TopicPartition(Topics.EVENTS, partition);
            for (ConsumerRecord<byte[], byte[]> record : records(reader, log, startOffset, task, limit)) {
                events.put(record.offset(), event(record));
            }
            TopicPartition history = new TopicPartition(Topics.HISTORY, partition);
            OptionalLong from = reader.at(history, startedAt);
            if (from.isPresent()) {
                for (ConsumerRecord<byte[], byte[]> record :
                        records(reader, history, from.getAsLong(), task, Integer.MAX_VALUE)) {
                    decision(events, record);
                }
            }
        }
        return new ArrayList<>(events.values());
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(
            TopicReader reader, TopicPartition partition, long from, String task, int limit) {
        byte[] key = task.getBytes(StandardCharsets.UTF_8);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        reader.read(partition, from, reader.end(partition), record -> {
            if (Arrays.equals(key, record.key())) {
                records.add(record);
            }
            return records.size() < limit;
        });
        return records;
    }

    private static Map<String, Object> event(ConsumerRecord<byte[], byte[]> record) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("offset", record.offset());
        event.put("time", record.timestamp());
        Map<String, String> attributes = new HashMap<>();
        for (Header header : record.headers()) {
            if (header.key().startsWith("ce_") && header.value() != null) {
                attributes.put(header.key().substring(3), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        for (String name : new String[] {"id", "source", "type", "subject", "talfiring", "talattempt", "talnode"}) {
            if (attributes.containsKey(name)) {
                event.put(name, attributes.get(name));
            }
        }
        try {
            event.put("data", record.value() == null || record.value().length == 0 ? null : Json.parse(record.value()));
        } catch (Json.NotJson e) {
            event.put("notJson", e.getMessage());
        }
        return event;
    }

    @SuppressWarnings("unchecked")
    private static void decision(Map<Long, Map<String, Object>> events, ConsumerRecord<byte[], byte[]> record) {
        Map<String, Object> decision;
        try {
            decision = Json.parseObject(record.value());
        } catch (Json.NotJson e) {
            return;
        }
        if (decision.get("offset") instanceof Long offset && events.get(offset) != null) {
            List<Object> all =
                    (List<Object>) events.get(offset).computeIfAbsent("decisions", absent -> new ArrayList<>());
            decision.keySet().removeAll(List.of("task", "startOffset", "offset", "time", "event", "type"));
            if (!all.contains(decision)) {
                all.add(decision);
            }
        }
    }
}
