package io.talflow.gateway;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is on {@code tal.events}. */
final class LoggedEvents {
    private LoggedEvents() {}

    /** All events so far of a firing. */
    static List<TalEvent> of(String bootstrap, String firing) {
        return all(bootstrap).stream()
                .filter(event -> event.firing().equals(firing))
                .toList();
    }

    static List<TalEvent> all(String bootstrap) {
        List<TalEvent> events = new ArrayList<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "max.partition.fetch.bytes", 30_000_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVENTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    Map<String, byte[]> headers = new HashMap<>();
                    for (Header header : record.headers()) {
                        headers.put(header.key(), header.value());
                    }
                    events.add(CloudEventCodec.decode(headers, record.value()));
                }
            }
        }
        return events;
    }
}
