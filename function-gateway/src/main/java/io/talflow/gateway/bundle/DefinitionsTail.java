package io.talflow.gateway.bundle;

import io.talflow.gateway.log.TopicTail;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** Feeds {@link Definitions} from the topic's beginning on. */
public final class DefinitionsTail implements TopicTail.Listener {
    private final Definitions definitions;

    public DefinitionsTail(Definitions definitions) {
        this.definitions = definitions;
    }

    @Override
    public void records(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() != null) {
                definitions.apply(new String(record.key(), StandardCharsets.UTF_8), record.value(), record.offset());
            }
        }
    }
}
