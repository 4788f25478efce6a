package io.talflow.flink.route;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionsTopic;
import io.talflow.tal.event.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics whose events the router reads: {@code tal.in} and every one that a current workflow's {@code events} name, as
 * long as it exists. The engine's own topics are none, whatever a workflow says: its events would go round in a circle.
 *
 * <p>Asked at every discovery; reads definitions only if there are new ones, with a consumer that lives as long as that
 * takes, since nobody tells a subscriber when it ends. Flink's source does not let go of a partition it has once begun to
 * read, until the job begins anew; what still comes by it is the router's to leave alone.
 */
public final class IngressTopics implements KafkaSubscriber {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(IngressTopics.class);

    private final String servers;
    private transient Map<TopicPartition, Long> read;
    private transient CurrentWorkflows workflows;
    private transient Set<TopicPartition> last;

    /** @param servers Kafka bootstrap servers */
    public IngressTopics(String servers) {
        this.servers = servers;
    }

    @Override
    public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
        if (read == null) {
            read = new HashMap<>();
            workflows = new CurrentWorkflows();
        }
        try {
            new DefinitionsTopic(servers).read(admin, read).forEach(workflows::add);
            last = DefinitionsTopic.partitions(admin, named(workflows));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlinkRuntimeException("interrupted while finding ingress topics", e);
        } catch (ExecutionException | RuntimeException e) {
            if (last == null) {
                throw new FlinkRuntimeException("cannot find the ingress topics on " + servers, e);
            }
            LOG.warn("cannot look for new ingress topics on {}: {}", servers, e.toString());
        }
        return last;
    }

    /** The topics that events of current workflows come by. */
    static Set<String> named(CurrentWorkflows workflows) {
        Set<String> topics = new TreeSet<>(Set.of(Topics.IN));
        for (CurrentWorkflows.Current current : workflows.all().values()) {
            current.workflow()
                    .events()
                    .values()
                    .forEach(event ->
                            event.topic().filter(IngressTopics::isForeign).ifPresent(topics::add));
        }
        return topics;
    }

    private static boolean isForeign(String topic) {
        return !topic.startsWith("tal.") && !topic.startsWith("__");
    }
}
