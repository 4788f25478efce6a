package io.talflow.gateway.view;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.EventLog;
import io.talflow.gateway.log.TopicTail;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Asks the job for a task's state: the query is an event of the task, so the answer is exact in the task's order. */
public final class Replies implements TopicTail.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final EventLog log;
    private final Map<String, CompletableFuture<Map<String, Object>>> asked = new ConcurrentHashMap<>();

    public Replies(EventLog log) {
        this.log = log;
    }

    /** Completes with the task's state, or fails with NO_ANSWER. */
    public CompletableFuture<Map<String, Object>> state(String task) {
        return ask(task, Map.of());
    }

    /**
     * Completes with why rules of a task have or have not fired, or fails with NO_ANSWER.
     *
     * @param rule its id, or {@code *} for each
     * @param all of each, those too that have fired for good
     */
    public CompletableFuture<Map<String, Object>> explain(String task, String rule, boolean all) {
        return ask(task, all ? Map.of("explain", rule, "all", true) : Map.of("explain", rule));
    }

    /**
     * Completes with the ids of those values that nothing in the task names any more, or fails with NO_ANSWER.
     *
     * @param producers the firings that put them, by the ids of the values; empty of one that is told of already
     */
    public CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers) {
        List<Map<String, String>> values = producers.entrySet().stream()
                .map(value -> Map.of("id", value.getKey(), "of", value.getValue()))
                .toList();
        return ask(task, Map.of("values", values))
                .thenApply(answer -> answer.get("unnamed") instanceof List<?> ids
                        ? ids.stream().map(String::valueOf).toList()
                        : List.of());
    }

    private CompletableFuture<Map<String, Object>> ask(String task, Map<String, Object> question) {
        String query = UUID.randomUUID().toString();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        asked.put(query, answer);
        Map<String, Object> data = new LinkedHashMap<>(question);
        data.put("query", query);
        CompletableFuture<?> unused = log.append(
                        TalEvent.engine(query, "/talflow/gateway", EventTypes.TASK_QUERY, task, data))
                .whenComplete((metadata, error) -> {
                    if (error != null) {
                        answer.completeExceptionally(error);
                    }
                });
        return answer.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((state, error) -> asked.remove(query))
                .exceptionallyCompose(error -> CompletableFuture.failedFuture(
                        error instanceof TimeoutException
                                ? new GatewayFailure(
                                        GatewayError.NO_ANSWER,
                                        "the job did not answer within %d s; the task's status, without exact=true, is answered by the view"
                                                .formatted(PATIENCE.toSeconds()))
                                : error));
    }

    @Override
    public void begin(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        ends.forEach(consumer::seek);
    }

    @Override
    public void records(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String query = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
            CompletableFuture<Map<String, Object>> answer = asked.get(query);
            if (answer != null && record.value() != null) {
                try {
                    answer.complete(Json.parseObject(record.value()));
                } catch (Json.NotJson e) {
                    answer.completeExceptionally(e);
                }
            }
        }
    }
}
