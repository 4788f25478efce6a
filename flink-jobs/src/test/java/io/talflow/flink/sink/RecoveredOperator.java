package io.talflow.flink.sink;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.oracle.Engine;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.StateObjectCollection;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The event sink running one task, killed again and again: at a drawn step it goes on in a new operator from a snapshot,
 * as one of one, two or three subtasks.
 */
final class RecoveredOperator implements Engine, AutoCloseable {
    private static final int MAX_PARALLELISM = 128;
    private static final String VERSION = "v";

    private final String workflow;
    private final String text;
    private final Random random;
    private final boolean disturbed;
    private String task = "";
    private KeyedTwoInputStreamOperatorTestHarness<String, LogRecord, DefinitionRecord, Request> harness;
    private int parallelism = 1;
    private long checkpoint;
    private long offset = 1;

    /** @param disturbed false: it is never killed */
    RecoveredOperator(String workflow, String text, long seed, boolean disturbed) {
        this.workflow = workflow;
        this.text = text;
        this.random = new Random(seed);
        this.disturbed = disturbed;
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public List<Effect> on(TalEvent event, long timeMillis) {
        try {
            task = event.task();
            if (harness == null) {
                open(null);
                harness.processElement2(new StreamRecord<>(definition()));
            } else if (disturbed && random.nextInt(3) == 0) {
                restart();
            }
            return apply(event, timeMillis);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Effect> apply(TalEvent event, long timeMillis) throws Exception {
        harness.processElement1(new StreamRecord<>(new LogRecord(event, 0, offset++, timeMillis)));
        List<Effect> effects = new ArrayList<>();
        for (Outgoing record : drain(EventSinkOperator.EMITTED)) {
            effects.add(new Effect.Emit(Optional.empty(), event(record)));
        }
        harness.prepareSnapshotPreBarrier(checkpoint);
        List<TalEvent> appended = new ArrayList<>();
        for (Outgoing record : drain(SinkHarness.OUT)) {
            if (record.topic().equals(Topics.HISTORY)) {
                effects.add(new Effect.Decision(task, Json.parseObject(record.value())));
            } else if (record.topic().equals(Topics.EVENTS)) {
                appended.add(event(record));
            }
        }
        for (TalEvent next : appended) {
            // A sub-task's start is another task's, which may be another subtask's.
            if (next.task().equals(task) && !next.type().equals(EventTypes.TASK_TIMER)) {
                effects.addAll(apply(next, timeMillis));
            }
        }
        return effects;
    }

    private List<Outgoing> drain(OutputTag<Outgoing> tag) {
        Queue<StreamRecord<Outgoing>> records = harness.getSideOutput(tag);
        List<Outgoing> drained = new ArrayList<>();
        while (records != null && !records.isEmpty()) {
            drained.add(records.remove().getValue());
        }
        return drained;
    }

    private static TalEvent event(Outgoing record) {
        return CloudEventCodec.decode(record.headers(), record.value());
    }

    private void restart() throws Exception {
        OperatorSubtaskState state = harness.snapshot(++checkpoint, checkpoint);
        harness.close();
        parallelism = 1 + random.nextInt(3);
        KeyGroupRange groups =
                KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, subtask());
        open(state.toBuilder()
                .setManagedKeyedState(within(groups, state.getManagedKeyedState()))
                .setRawKeyedState(within(groups, state.getRawKeyedState()))
                .build());
    }

    /** What of the state is for a subtask; it has the task's group, as the subtask before had. */
    private static StateObjectCollection<KeyedStateHandle> within(
            KeyGroupRange groups, StateObjectCollection<KeyedStateHandle> state) {
        return new StateObjectCollection<>(
                state.stream().map(handle -> handle.getIntersection(groups)).toList());
    }

    private int subtask() {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(task, MAX_PARALLELISM, parallelism);
    }

    private void open(OperatorSubtaskState state) throws Exception {
        harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                new EventSinkOperator(SinkHarness.OUT),
                record -> record.event().task(),
                null,
                Types.STRING,
                MAX_PARALLELISM,
                parallelism,
                subtask());
        harness.setup();
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
    }

    private DefinitionRecord definition() {
        byte[] value = Json.bytes(Map.of("workflow", workflow, "version", VERSION, "file", "drawn.yaml", "text", text));
        return new DefinitionRecord(workflow + "@" + VERSION, value, 0, 0, 0);
    }

    /** The task's rows as keyed state has them, as text. */
    Map<String, String> rows() {
        Map<String, String> rows = new HashMap<>();
        try {
            harness.snapshot(++checkpoint, checkpoint);
            KeyedRows.of((EventSinkOperator) harness.getOperator())
                    .values()
                    .forEach(ofTask -> ofTask.forEach((name, value) -> rows.put(name, text(name, value))));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    /** Flink keeps the partial matches of an NFA in a heap, whose order is not the same after it was read. */
    private static String text(String key, byte[] value) {
        byte[] bytes = value.clone();
        if (key.startsWith("m/")) {
            Arrays.sort(bytes);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        if (harness != null) {
            try {
                harness.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
