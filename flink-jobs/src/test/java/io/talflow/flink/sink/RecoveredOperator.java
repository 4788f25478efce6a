package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.node.NodeFeed;
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
import io.talflow.tal.place.Placement;
import io.talflow.tal.replay.History;
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
import java.util.TreeMap;
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
 * The event sink running one task, killed at every step: what it has just done is lost, and it goes on in a new operator from
 * the snapshot before, as one of one, two or three subtasks. There it must do the same once more.
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
    private final List<History.Entry> applied = new ArrayList<>();

    /**
     * What one event made the operator say.
     *
     * @param records for Kafka
     * @param requests of gateways
     */
    private record Said(List<Outgoing> records, List<Request> requests) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            for (Outgoing record : records) {
                text.append("%s %s %s %s%n"
                        .formatted(
                                record.topic(),
                                utf8(record.key()),
                                record.value() == null ? "" : utf8(record.value()),
                                new TreeMap<>(record.headers())
                                        .entrySet().stream()
                                                .map(header -> header.getKey() + "=" + utf8(header.getValue()))
                                                .toList()));
            }
            requests.forEach(request -> text.append("%s %s/%d %s %s%n"
                    .formatted(
                            request.kind(), request.firing(), request.attempt(), request.as(), utf8(request.input()))));
            return text.toString();
        }

        private static String utf8(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

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
            }
            return apply(event, timeMillis);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Effect> apply(TalEvent event, long timeMillis) throws Exception {
        LogRecord next = new LogRecord(event, 0, offset++, timeMillis);
        List<Effect> effects = new ArrayList<>();
        List<TalEvent> appended = new ArrayList<>();
        List<Map<String, Object>> decisions = new ArrayList<>();
        Said said = said(next);
        said.requests().stream()
                .filter(request -> request.kind() == Request.Kind.RUN)
                .forEach(request -> effects.add(dispatch(request)));
        for (Outgoing record : said.records()) {
            if (record.topic().equals(Topics.HISTORY)) {
                Map<String, Object> decision = Json.parseObject(record.value());
                effects.add(new Effect.Decision(task, decision));
                decisions.add(History.decision(decision));
            } else if (record.topic().equals(Topics.EVENTS)) {
                appended.add(event(record));
            } else if (record.topic().equals(Topics.OUT)) {
                effects.add(new Effect.Emit(Optional.empty(), event(record)));
            }
        }
        applied.add(new History.Entry(0, next.offset(), timeMillis, event, decisions));
        for (TalEvent own : appended) {
            // A sub-task's start is another task's, which may be another subtask's.
            if (own.task().equals(task) && !own.type().equals(EventTypes.TASK_TIMER)) {
                effects.addAll(apply(own, timeMillis));
            }
        }
        return effects;
    }

    private Effect.Dispatch dispatch(Request request) {
        return new Effect.Dispatch(
                task,
                workflow,
                VERSION,
                request.firing(),
                request.attempt(),
                request.function(),
                request.as(),
                request.input(),
                request.nodes());
    }

    private Said said(LogRecord record) throws Exception {
        if (!disturbed) {
            return process(record);
        }
        OperatorSubtaskState before = harness.snapshot(++checkpoint, checkpoint);
        Said lost = process(record);
        harness.close();
        restore(before);
        Said again = process(record);
        assertThat(again).as("said again after a recovery").hasToString(lost.toString());
        return again;
    }

    private Said process(LogRecord record) throws Exception {
        harness.getOutput().clear();
        harness.processElement1(new StreamRecord<>(record));
        List<Outgoing> records = drain(EventSinkOperator.EMITTED);
        harness.prepareSnapshotPreBarrier(checkpoint);
        records.addAll(drain(SinkHarness.OUT));
        return new Said(records, List.copyOf(harness.extractOutputValues()));
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

    private void restore(OperatorSubtaskState state) throws Exception {
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
                new EventSinkOperator(SinkHarness.OUT, NodeFeed.none(), Placement.SPREAD),
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

    /** What an offline replay needs: each event and what was decided on it. */
    History history() {
        return new History(task, workflow, VERSION, "drawn.yaml", text, applied);
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
