package io.talflow.flink.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.History;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was recorded of one task: {@code tal.history} says which rules fired at which event, {@code tal.events} when each
 * invocation had completed. Both are offsets of the task's partition of the log.
 */
final class Recording {
    /** The offsets of the events at which a rule fired. */
    private final Map<String, List<Long>> fired = new TreeMap<>();

    private final Map<String, Long> completed = new HashMap<>();
    private final Map<Long, Map<String, Object>> decisions = new TreeMap<>();
    private final String task;

    private Recording(String task) {
        this.task = task;
    }

    /** The recordings of all tasks. */
    static Map<String, Recording> all(LocalKafka kafka) {
        Map<String, Recording> all = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : kafka.read(Topics.HISTORY)) {
            String task = new String(record.key(), StandardCharsets.UTF_8);
            all.computeIfAbsent(task, Recording::new).decision(Json.parseObject(record.value()));
        }
        for (ConsumerRecord<byte[], byte[]> record : kafka.read(Topics.EVENTS)) {
            Map<String, byte[]> headers = new HashMap<>();
            record.headers().forEach(header -> headers.put(header.key(), header.value()));
            TalEvent event = CloudEventCodec.decode(headers, record.value());
            if (event.type().equals(EventTypes.INVOCATION_COMPLETED) && all.containsKey(event.task())) {
                all.get(event.task()).completed.putIfAbsent(node(event.firing()), record.offset());
            }
        }
        return all;
    }

    /** A task's events and what was decided on each, as an offline replay takes them. */
    static History history(LocalKafka kafka, String task, String version, String definition) {
        Map<Long, List<Map<String, Object>>> decisions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : kafka.read(Topics.HISTORY)) {
            Map<String, Object> decision = Json.parseObject(record.value());
            if (task.equals(decision.get("task"))) {
                decisions
                        .computeIfAbsent((Long) decision.get("offset"), any -> new ArrayList<>())
                        .add(History.decision(decision));
            }
        }
        List<History.Entry> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : kafka.read(Topics.EVENTS)) {
            Map<String, byte[]> headers = new HashMap<>();
            record.headers().forEach(header -> headers.put(header.key(), header.value()));
            TalEvent event = CloudEventCodec.decode(headers, record.value());
            if (event.task().equals(task)) {
                events.add(new History.Entry(
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        event,
                        decisions.getOrDefault(record.offset(), List.of())));
            }
        }
        return new History(task, TaskId.workflow(task), version, "workflow.yaml", definition, events);
    }

    /** A decision that is told again after a recovery must be the same, and counts once. */
    private void decision(Map<String, Object> decision) {
        Map<String, Object> before = decisions.putIfAbsent((Long) decision.get("offset"), decision);
        if (before != null) {
            assertThat(decision).as("the same event of %s, decided again", task).isEqualTo(before);
            return;
        }
        if (decision.get("fired") instanceof List<?> rules) {
            for (Object rule : rules) {
                fired.computeIfAbsent(String.valueOf(((Map<?, ?>) rule).get("rule")), any -> new ArrayList<>())
                        .add((Long) decision.get("offset"));
            }
        }
    }

    private static String node(String firing) {
        String call = firing.substring(firing.indexOf('/', firing.indexOf('@')) + 1);
        return call.substring(0, call.lastIndexOf('/'));
    }

    /**
     * Each node fired exactly once, and never before its parents had completed.
     *
     * @param parents of each node, by name
     */
    void firedOnceAndInOrder(Map<String, Set<String>> parents) {
        assertThat(completed.keySet()).as("%s: completed", task).isEqualTo(parents.keySet());
        assertThat(fired.keySet()).as("%s: fired", task).containsAll(parents.keySet());
        parents.forEach((node, before) -> {
            assertThat(fired.get(node)).as("%s: firings of %s", task, node).hasSize(1);
            long at = fired.get(node).get(0);
            assertThat(completed.get(node)).as("%s: %s completed", task, node).isGreaterThan(at);
            assertThat(before)
                    .as("%s: what %s needs, complete at offset %d", task, node, at)
                    .allMatch(parent -> completed.get(parent) <= at);
        });
        assertThat(fired.values().stream().mapToInt(List::size).sum())
                .as("%s: one firing a node, and the one that ends the task", task)
                .isEqualTo(parents.size() + 1);
    }
}
