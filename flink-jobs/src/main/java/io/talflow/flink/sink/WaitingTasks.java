package io.talflow.flink.sink;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;

/** The tasks whose definition has yet to come: in keyed state, and in memory to be found when it does. */
final class WaitingTasks {
    private static final String NAME = "waiting";

    private final ValueState<Boolean> state;
    private final Set<String> tasks = new HashSet<>();

    WaitingTasks(StateInitializationContext context, KeyedStateBackend<String> keyed) {
        state = context.getKeyedStateStore().getState(new ValueStateDescriptor<>(NAME, BooleanSerializer.INSTANCE));
        if (context.isRestored()) {
            try (Stream<String> keys = keyed.getKeys(NAME, VoidNamespace.INSTANCE)) {
                keys.forEach(tasks::add);
            }
        }
    }

    /** @param task the current key */
    void add(String task) throws IOException {
        state.update(true);
        tasks.add(task);
    }

    /**
     * Does nothing if it does not wait.
     *
     * @param task the current key
     */
    void remove(String task) {
        if (tasks.remove(task)) {
            state.clear();
        }
    }

    /** Those of a workflow. */
    List<String> of(String workflow) {
        return tasks.stream().filter(task -> task.startsWith(workflow + "/")).toList();
    }
}
