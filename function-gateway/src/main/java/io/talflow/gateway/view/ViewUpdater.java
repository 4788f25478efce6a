package io.talflow.gateway.view;

import io.talflow.gateway.log.TopicTail;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.semantics.Effect;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code tal.tasks} into the view's tables, each poll as one transaction with the offsets it reached, so that a
 * restart goes on exactly there. If the topic is another one than before, the view begins anew.
 */
public final class ViewUpdater implements TopicTail.Listener, AutoCloseable {
    static final String FRESH_AT = "freshAt";

    private static final Logger LOG = LoggerFactory.getLogger(ViewUpdater.class);
    private static final String TOPIC_ID = "topic";
    private static final long JUST_MILLIS = TimeUnit.SECONDS.toMillis(2);
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ViewTables tables;
    private final TaskView view;
    private final Clock clock;
    private final String topicId;
    private volatile Starts starts = (workflow, version, nodes) -> {};

    /** Told of tasks that have just started; of one it may be more than once. */
    @FunctionalInterface
    public interface Starts {
        /** @param nodes ids of those that its functions run on; empty: any */
        void started(String workflow, String version, List<String> nodes);
    }

    /** @param topicId tells one topic of the name from a later one */
    public ViewUpdater(Path file, String topicId, Clock clock) throws SQLException {
        this.tables = ViewTables.open(file);
        this.view = new TaskView(file, clock);
        this.clock = clock;
        this.topicId = topicId;
    }

    public TaskView view() {
        return view;
    }

    /** Who is told from now on of tasks that start. */
    public void tell(Starts listener) {
        starts = listener;
    }

    @Override
    public void begin(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) throws SQLException {
        tables.rollback();
        tables.forget(FRESH_AT);
        Map<Integer, Long> positions = new HashMap<>(tables.positions());
        boolean shrunk = ends.entrySet().stream()
                .anyMatch(end -> positions.getOrDefault(end.getKey().partition(), 0L) > end.getValue());
        if (shrunk || !tables.fact(TOPIC_ID).equals(topicId)) {
            tables.clear();
            tables.fact(TOPIC_ID, topicId);
            positions.clear();
        }
        tables.commit();
        ends.keySet().forEach(partition -> consumer.seek(partition, positions.getOrDefault(partition.partition(), 0L)));
    }

    @Override
    public void records(ConsumerRecords<byte[], byte[]> records) throws SQLException {
        Set<String> changed = new LinkedHashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.value() != null) {
                apply(record, changed);
            }
            tables.position(record.partition(), record.offset() + 1);
        }
        tables.commit();
        changed.forEach(view::wake);
        // What comes meanwhile is one fetch and one transaction; the first after a silence is read at once.
        LockSupport.parkNanos(GATHER_NANOS);
    }

    private void apply(ConsumerRecord<byte[], byte[]> record, Set<String> changed) throws SQLException {
        try {
            Map<String, byte[]> headers = new HashMap<>();
            for (Header header : record.headers()) {
                headers.put(header.key(), header.value());
            }
            CloudEventCodec.Content content = CloudEventCodec.content(headers, record.value());
            if (!(content.data() instanceof Map<?, ?> data)) {
                throw new CloudEventCodec.MalformedEvent("its data is no object");
            }
            @SuppressWarnings("unchecked")
            Map<String, Object> state = (Map<String, Object>) data;
            if (content.type().equals(Effect.Status.TASK)) {
                String task = String.valueOf(state.get("task"));
                if (TaskId.isValid(task) && tables.task(task, state)) {
                    changed.add(task);
                    tellIfStarted(state);
                }
            } else if (content.type().equals(Effect.Status.INVOCATION)) {
                tables.invocation(String.valueOf(state.get("firing")), state);
                changed.add(String.valueOf(state.get("task")));
            }
        } catch (CloudEventCodec.MalformedEvent e) {
            LOG.error(
                    "Record {} of partition {} of tal.tasks is no status: {}",
                    record.offset(),
                    record.partition(),
                    e.getMessage());
        }
    }

    /** Of a task that started a moment ago, as opposed to one that is read once more after a restart. */
    private void tellIfStarted(Map<String, Object> state) {
        if ("RUNNING".equals(state.get("status"))
                && state.get("startedAt") instanceof Long startedAt
                && clock.millis() - startedAt < JUST_MILLIS) {
            List<String> nodes = state.get("nodeIds") instanceof List<?> ids
                    ? ids.stream().map(String::valueOf).toList()
                    : List.of();
            starts.started(String.valueOf(state.get("workflow")), String.valueOf(state.get("version")), nodes);
        }
    }

    @Override
    public void caughtUp() {
        view.freshAt(clock.millis());
    }

    @Override
    public void close() throws SQLException {
        tables.rollback();
        tables.fact(FRESH_AT, Long.toString(clock.millis() - view.lagMillis()));
        tables.commit();
        view.close();
        tables.close();
    }
}
