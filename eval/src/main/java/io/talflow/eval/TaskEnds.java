package io.talflow.eval;

import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads from {@code tal.tasks} that a task has ended. */
final class TaskEnds {
    private TaskEnds() {}

    /**
     * A task that has completed.
     *
     * @param output JSON value
     */
    record End(String task, Object output) {}

    /**
     * The end a record tells, if it does.
     *
     * @throws IllegalStateException if a task has ended otherwise: no benchmark measures that
     */
    static Optional<End> of(ConsumerRecord<byte[], byte[]> record) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (key.indexOf('@') >= 0) {
            return Optional.empty(); // an invocation's
        }
        Map<?, ?> data = (Map<?, ?>) Json.parseObject(record.value()).get("data");
        String status = String.valueOf(data.get("status"));
        if (status.equals("FAILED") || status.equals("CANCELLED")) {
            throw new IllegalStateException("a task did not complete: " + Json.text(data));
        }
        return status.equals("COMPLETED") ? Optional.of(new End(key, data.get("output"))) : Optional.empty();
    }
}
