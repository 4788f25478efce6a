package io.talflow.gateway.log;

import io.talflow.tal.event.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics that are missing, each with the configuration its meaning needs; leaves the others alone. */
public final class TopicSetup {
    private static final String MAX_MESSAGE_BYTES = String.valueOf(20 * 1024 * 1024);
    private static final long TIMEOUT_SECONDS = 60;

    private TopicSetup() {}

    /**
     * @param partitions of the topics that are keyed by task
     * @throws LogUnavailable if the broker does not answer within a minute
     */
    public static void ensure(String bootstrap, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Set<String> present = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<NewTopic> missing = new ArrayList<>();
            for (NewTopic topic : topics(partitions)) {
                if (!present.contains(topic.name())) {
                    missing.add(topic);
                }
            }
            admin.createTopics(missing).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new LogUnavailable("cannot create the topics at " + bootstrap, e.getCause());
            }
        } catch (TimeoutException e) {
            throw new LogUnavailable("no broker answers at " + bootstrap, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogUnavailable("interrupted", e);
        }
    }

    /** The id Kafka gave a topic when it was created; another one of the same name has another. */
    public static String id(String bootstrap, String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .get(topic)
                    .topicId()
                    .toString();
        } catch (ExecutionException | TimeoutException e) {
            throw new LogUnavailable("cannot describe %s at %s".formatted(topic, bootstrap), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogUnavailable("interrupted", e);
        }
    }

    private static List<NewTopic> topics(int partitions) {
        return List.of(
                topic(Topics.IN, partitions, Map.of()),
                topic(Topics.OUT, partitions, Map.of()),
                topic(
                        Topics.EVENTS,
                        partitions,
                        Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "-1")),
                topic(Topics.DEFINITIONS, 1, Map.of("cleanup.policy", "compact")),
                topic(Topics.TASKS, partitions, Map.of("cleanup.policy", "compact")),
                topic(Topics.HISTORY, partitions, Map.of("retention.ms", "-1")),
                topic(Topics.DEAD_LETTERS, 1, Map.of("retention.ms", "-1")),
                topic(Topics.REPLIES, 1, Map.of("retention.ms", "3600000")),
                // Each second a record a node: read from the beginning, so what is old must go soon.
                topic(
                        Topics.NODES,
                        1,
                        Map.of("cleanup.policy", "compact,delete", "retention.ms", "600000", "segment.ms", "300000")));
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> configuration) {
        Map<String, String> all = new HashMap<>(configuration);
        all.put("max.message.bytes", MAX_MESSAGE_BYTES);
        return new NewTopic(name, partitions, (short) 1).configs(all);
    }
}
