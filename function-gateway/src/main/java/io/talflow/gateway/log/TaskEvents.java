package io.talflow.gateway.log;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.History;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Reads one task's records and the decisions made on them, from the log itself. */
public final class TaskEvents {
    private static final String[] SHOWN = {
        "id", "source", "type", "subject", "talfiring", "talattempt", "talnode", "talnodes"
    };

    /** How far the clock of who writes the history may be behind the broker's. */
    private static final long CLOCKS_MILLIS = 60_000;

    private final String bootstrap;

    public TaskEvents(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * Where a task is in the log.
     *
     * @param startedAt epoch milliseconds
     */
    public record Place(String task, int partition, long startOffset, long startedAt) {
        /** Of a task's status. */
        public static Place of(Map<String, Object> status) {
            return new Place(
                    String.valueOf(status.get("task")),
                    ((Number) status.get("partition")).intValue(),
                    ((Number) status.get("startOffset")).longValue(),
                    ((Number) status.get("startedAt")).longValue());
        }
    }

    /** A record under the task's key, and the decisions of {@code tal.history} on it, repeated ones once. */
    public record Logged(ConsumerRecord<byte[], byte[]> record, List<Map<String, Object>> decisions) {
        /** As an event that the job could read; empty if it is a dead letter. */
        public Optional<History.Entry> entry() {
            Map<String, byte[]> headers = new HashMap<>();
            record.headers().forEach(header -> headers.put(header.key(), header.value()));
            try {
                TalEvent event = CloudEventCodec.decode(headers, record.value());
                return event.task().equals(new String(record.key(), StandardCharsets.UTF_8))
                        ? Optional.of(new History.Entry(
                                record.partition(), record.offset(), record.timestamp(), event, decisions))
                        : Optional.empty();
            } catch (CloudEventCodec.MalformedEvent e) {
                return Optional.empty();
            }
        }

        /** For people: {@code {offset, time, id, source, type, …, data | notJson, decisions?}}. */
        public Map<String, Object> json() {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("offset", record.offset());
            event.put("time", record.timestamp());
            for (String name : SHOWN) {
                Header header = record.headers().lastHeader("ce_" + name);
                if (header != null && header.value() != null) {
                    event.put(name, new String(header.value(), StandardCharsets.UTF_8));
                }
            }
            try {
                event.put(
                        "data",
                        record.value() == null || record.value().length == 0 ? null : Json.parse(record.value()));
            } catch (Json.NotJson e) {
                event.put("notJson", e.getMessage());
            }
            if (!decisions.isEmpty()) {
                event.put("decisions", decisions);
            }
            return event;
        }
    }

    /**
     * The task's records in order of their offsets.
     *
     * @param from epoch milliseconds; where to begin if that is before the task's start
     * @param limit bound on records; the rest is left off
     */
    public List<Logged> read(Place place, long from, int limit) {
        Map<Long, Logged> logged = new TreeMap<>();
        try (TopicReader reader = new TopicReader(bootstrap)) {
            TopicPartition log = new TopicPartition(Topics.EVENTS, place.partition());
            long begin = place.startOffset();
            if (from < place.startedAt()) {
                begin = Math.min(begin, reader.at(log, from).orElse(begin));
            }
            for (ConsumerRecord<byte[], byte[]> record : reader.records(log, begin, place.task(), limit)) {
                logged.put(record.offset(), new Logged(record, new ArrayList<>()));
            }
            TopicPartition history = reader.home(Topics.HISTORY, place.task());
            OptionalLong first = reader.at(history, place.startedAt() - CLOCKS_MILLIS);
            if (first.isPresent()) {
                reader.records(history, first.getAsLong(), place.task(), Integer.MAX_VALUE)
                        .forEach(record -> decision(logged, record));
            }
        }
        return new ArrayList<>(logged.values());
    }

    private static void decision(Map<Long, Logged> logged, ConsumerRecord<byte[], byte[]> record) {
        Map<String, Object> decision;
        try {
            decision = Json.parseObject(record.value());
        } catch (Json.NotJson e) {
            return;
        }
        if (decision.get("offset") instanceof Long offset && logged.containsKey(offset)) {
            List<Map<String, Object>> all = logged.get(offset).decisions();
            Map<String, Object> without = History.decision(decision);
            if (!all.contains(without)) {
                all.add(without);
            }
        }
    }
}
