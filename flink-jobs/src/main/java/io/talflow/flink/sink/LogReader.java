package io.talflow.flink.sink;

import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Reads the log's records; what is none of a task's, or not under its task's key, is a dead letter. A record off its
 * task's partition is published again, so that it comes home. */
public final class LogReader extends ProcessFunction<RawRecord, LogRecord> {
    private static final long serialVersionUID = 1L;
    private final OutputTag<Outgoing> out;
    private final String kafka;
    private transient int partitions;

    /**
     * @param out where dead letters go, and records that belong on another partition
     * @param kafka bootstrap servers, asked for the number of partitions
     */
    public LogReader(OutputTag<Outgoing> out, String kafka) {
        this.out = out;
        this.kafka = kafka;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            partitions = admin.describeTopics(List.of(Topics.EVENTS))
                    .allTopicNames()
                    .get()
                    .get(Topics.EVENTS)
                    .partitions()
                    .size();
        }
    }

    @Override
    public void processElement(RawRecord record, Context context, Collector<LogRecord> readable) {
        TalEvent event;
        try {
            event = CloudEventCodec.decodeUnread(record.headers(), record.value());
        } catch (CloudEventCodec.MalformedEvent e) {
            context.output(out, Outgoing.deadLetter(record, "event/malformed", e.getMessage()));
            return;
        }
        String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
        if (!TaskId.isValid(event.task())) {
            context.output(
                    out,
                    Outgoing.deadLetter(
                            record, "event/no-task", "taltask must be workflow/key, is '%s'".formatted(event.task())));
        } else if (!event.task().equals(key)) {
            context.output(
                    out,
                    Outgoing.deadLetter(
                            record,
                            "event/wrong-key",
                            "the record's key is '%s' but it is for task %s; write to an ingress topic instead"
                                    .formatted(key, event.task())));
        } else if (BuiltInPartitioner.partitionForKey(record.key(), partitions) != record.partition()) {
            // One task, one partition: two would have no order between them. Published again, it comes home.
            context.output(out, Outgoing.log(event));
        } else {
            readable.collect(new LogRecord(event, record.partition(), record.offset(), record.timeMillis()));
        }
    }
}
