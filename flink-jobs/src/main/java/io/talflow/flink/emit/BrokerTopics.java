package io.talflow.flink.emit;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of the broker. */
public final class BrokerTopics implements TopicGuard.Lookup {
    private final Admin admin;

    /** @param servers Kafka bootstrap servers */
    public BrokerTopics(String servers) {
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers));
    }

    @Override
    public CompletionStage<Boolean> exists(String topic) {
        return admin.describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .toCompletionStage()
                .thenApply(description -> true)
                .exceptionally(fault -> {
                    Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
                    if (cause instanceof UnknownTopicOrPartitionException || cause instanceof InvalidTopicException) {
                        return false;
                    }
                    throw new CompletionException(cause);
                });
    }

    @Override
    public Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public void close() {
        admin.close();
    }
}
