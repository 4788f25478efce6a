package io.talflow.gateway.history;

import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.log.TopicReader;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.References;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.History;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What tasks were given by those that started them, from their start events in the log, which nobody can forge. */
public final class Ancestry {
    private static final int DEEPEST = 100;
    private static final int REMEMBERED = 10_000;

    /**
     * A value as a task was given it.
     *
     * @param of firing of the function that put it
     * @param name that function's for it
     */
    public record Given(String of, String name) {
        static final Given NOT = new Given("", "");
    }

    /**
     * How a task began.
     *
     * @param parent firing that started it; empty: no task did
     */
    private record Start(String parent, Given given) {
        static final Start UNKNOWN = new Start("", Given.NOT);
    }

    private final String bootstrap;
    /** By task, the place of its start, and the value. */
    private final Map<String, Start> starts = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Start> eldest) {
            return size() > REMEMBERED;
        }
    });

    public Ancestry(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * A value that a task was given by one that it descends from: its input has the reference, and so has that of each between
     * the two.
     *
     * @param firing of the task, which says where it begins in the log
     * @param owner the task that has the value
     * @throws io.talflow.gateway.log.LogUnavailable if Kafka does not answer
     */
    public Optional<Given> given(String firing, String owner, String value) {
        return givenBy(firing, owner, value).filter(given -> given.of().startsWith(owner + "@"));
    }

    /** The same of a value that another task than the one that passed it on has. */
    boolean passedOn(String firing, String by, String value) {
        return givenBy(firing, by, value).isPresent();
    }

    /** As the task {@code above} itself said. */
    private Optional<Given> givenBy(String firing, String above, String value) {
        Start start = start(firing, value);
        for (int depth = 0; depth < DEEPEST; depth++) {
            if (start.parent().isEmpty() || start.given().equals(Given.NOT)) {
                return Optional.empty();
            }
            if (TaskId.ofFiring(start.parent()).equals(above)) {
                return Optional.of(start.given());
            }
            start = start(start.parent(), value);
        }
        return Optional.empty();
    }

    private Start start(String firing, String value) {
        String run = firing.substring(0, firing.indexOf('/', firing.indexOf('@')));
        Start known = starts.get(run + "/" + value);
        if (known != null) {
            return known;
        }
        Start start = read(TaskId.ofFiring(run), Long.parseLong(run.substring(run.indexOf('@') + 1)), value);
        starts.put(run + "/" + value, start);
        return start;
    }

    private Start read(String task, long offset, String value) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (TopicReader reader = new TopicReader(bootstrap)) {
            TopicPartition log = reader.home(Topics.EVENTS, task);
            reader.read(log, offset, offset + 1, record -> {
                found.add(record);
                return false;
            });
        }
        Optional<TalEvent> event = found.stream()
                .flatMap(record -> new TaskEvents.Logged(record, List.of()).entry().stream())
                .map(History.Entry::event)
                .filter(start -> start.task().equals(task) && start.type().equals(EventTypes.TASK_STARTED))
                .findFirst();
        return event.map(
                        start -> new Start(start.extensions().getOrDefault(EventTypes.PARENT, ""), given(value, start)))
                .orElse(Start.UNKNOWN);
    }

    private static Given given(String value, TalEvent start) {
        return References.leadingTo(value, start.value()).map(Ancestry::given).orElse(Given.NOT);
    }

    static Given given(Map<?, ?> reference) {
        return new Given(String.valueOf(reference.get("of")), String.valueOf(reference.get("name")));
    }
}
