package io.talflow.gateway.history;

import io.talflow.gateway.view.TaskView;
import io.talflow.tal.event.References;
import io.talflow.tal.event.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What tasks gave back to those that started them: by their outputs, as the job tells them. */
public final class SubTaskOutputs {
    private static final int DEEPEST = 100;
    /** The reader's task may have read of the end before the view has. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final TaskView view;
    private final Ancestry ancestry;

    public SubTaskOutputs(TaskView view, Ancestry ancestry) {
        this.view = view;
        this.ancestry = ancestry;
    }

    /**
     * A value that a task was given back: the output of the value's task has the reference, and so has that of each task above that one
     * to the reader's, or to one above the reader's, from which the reader's was given it.
     *
     * @param firing of the reader
     * @param owner the task that has the value
     */
    public Optional<Ancestry.Given> givenBack(String firing, String owner, String value) {
        List<Ancestry.Given> said = new ArrayList<>();
        for (String task : upTo(firing, owner, value)) {
            Optional<Ancestry.Given> given = ended(task)
                    .flatMap(status -> References.leadingTo(value, status.get("output")))
                    .map(Ancestry::given);
            if (given.isEmpty()) {
                return Optional.empty();
            }
            said.add(given.get());
        }
        return said.stream()
                .limit(1)
                .filter(given -> given.of().startsWith(owner + "@"))
                .findFirst(); // as the owner itself said
    }

    /** The owner and the tasks above it, without the one that the reader's is, or was given the value by. None: there is no such. */
    private List<String> upTo(String firing, String owner, String value) {
        List<String> tasks = new ArrayList<>();
        String at = owner;
        while (tasks.size() < DEEPEST) {
            tasks.add(at);
            Optional<String> parent = view.await(at, 0, PATIENCE)
                    .join()
                    .map(status -> (String) status.get("parent"))
                    .map(TaskId::ofFiring);
            if (parent.isEmpty()) {
                return List.of();
            }
            at = parent.get();
            if (at.equals(TaskId.ofFiring(firing)) || ancestry.passedOn(firing, at, value)) {
                return tasks;
            }
        }
        return List.of();
    }

    /** The status of a task that has completed. */
    private Optional<Map<String, Object>> ended(String task) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        long revision = 0;
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
            Optional<Map<String, Object>> status =
                    view.await(task, revision, left).join();
            if (status.isEmpty() || status.get().containsKey("endedAt")) {
                return status.filter(known -> "COMPLETED".equals(known.get("status")));
            }
            revision = ((Number) status.get().get("revision")).longValue() + 1;
        }
    }
}
