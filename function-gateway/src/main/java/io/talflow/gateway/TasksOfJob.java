package io.talflow.gateway;

import io.talflow.gateway.data.Tasks;
import io.talflow.gateway.view.Replies;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.event.References;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What the data proxy asks of tasks: the view when one ended, the job itself what one still names. */
record TasksOfJob(TaskView view, Replies replies) implements Tasks {
    @Override
    public OptionalLong endedAt(String task) {
        return view.endedAt(task);
    }

    @Override
    public Optional<GivenBack> givenBack(String task) {
        return view.task(task)
                .filter(status -> "COMPLETED".equals(status.get("status")) && status.get("parent") instanceof String)
                .map(status -> new GivenBack((String) status.get("parent"), References.ids(status.get("output"))));
    }

    @Override
    public CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers) {
        return replies.unnamed(task, producers);
    }
}
