package io.talflow.flink.sink;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/** The rows of all tasks as keyed state has them; take a snapshot before, which writes what is still in memory. */
final class KeyedRows {
    private static final MapStateDescriptor<String, byte[]> ROWS =
            new MapStateDescriptor<>("rows", StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

    private KeyedRows() {}

    /** The tasks that wait for a definition. */
    static List<String> waiting(EventSinkOperator operator) {
        KeyedStateBackend<String> backend = operator.getKeyedStateBackend();
        try (Stream<String> tasks = backend.getKeys("waiting", VoidNamespace.INSTANCE)) {
            return tasks.sorted().toList();
        }
    }

    /** By task, then by the row's name. */
    static Map<String, Map<String, byte[]>> of(EventSinkOperator operator) throws Exception {
        Map<String, Map<String, byte[]>> rows = new TreeMap<>();
        KeyedStateBackend<String> backend = operator.getKeyedStateBackend();
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                ROWS,
                (String task, MapState<String, byte[]> state) -> {
                    Map<String, byte[]> ofTask = rows.computeIfAbsent(task, none -> new TreeMap<>());
                    for (Map.Entry<String, byte[]> row : state.entries()) {
                        ofTask.put(row.getKey(), row.getValue());
                    }
                });
        return rows;
    }
}
