package io.talflow.flink.sink;

import io.talflow.flink.cep.NfaMatcher;
import io.talflow.flink.define.DefinitionLog;
import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import io.talflow.tal.place.Placement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The event sink in Flink's harness, on one subtask, and its log: what it appends waits until it is read back. The broker's
 * clock, which stamps the log, and the job's are set apart.
 */
final class SinkHarness implements AutoCloseable {
    static final OutputTag<Outgoing> OUT = new OutputTag<>("out", TypeInformation.of(Outgoing.class));

    private final KeyedTwoInputStreamOperatorTestHarness<String, LogRecord, DefinitionRecord, Request> harness;
    private final EventSinkOperator operator;
    private final Optional<Path> folder;
    private final DefinitionLog definitions = new DefinitionLog();
    private final Deque<TalEvent> appended = new ArrayDeque<>();
    private final List<Outgoing> told = new ArrayList<>();
    private int toldSeen;
    private long checkpoint;
    private long offset;
    private long brokerMillis;
    private boolean brokerTicks = true;

    /** @param state of a harness before; null: none */
    SinkHarness(OperatorSubtaskState state) throws Exception {
        this(state, 0, 1_000_000);
    }

    SinkHarness(OperatorSubtaskState state, long jobMillis, long brokerMillis) throws Exception {
        this(NfaMatcher::new, Optional.empty(), state, jobMillis, brokerMillis);
    }

    /** With RocksDB, as in the job, and whole snapshots, both in a folder; otherwise both are in memory. */
    static SinkHarness inFolder(Path folder, long jobMillis, long brokerMillis) throws Exception {
        return new SinkHarness(NfaMatcher::new, Optional.of(folder), null, jobMillis, brokerMillis);
    }

    static SinkHarness matchedBy(EventSinkOperator.MatcherFactory matchers) throws Exception {
        return new SinkHarness(matchers, Optional.empty(), null, 0, 1_000_000);
    }

    private SinkHarness(
            EventSinkOperator.MatcherFactory matchers,
            Optional<Path> folder,
            OperatorSubtaskState state,
            long jobMillis,
            long brokerMillis)
            throws Exception {
        this.folder = folder;
        operator = new EventSinkOperator(OUT, matchers, NodeFeed.none(), Placement.SPREAD);
        harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                operator, record -> record.event().task(), null, Types.STRING);
        folder.ifPresent(this::useRocksDb);
        harness.setProcessingTime(jobMillis);
        this.brokerMillis = brokerMillis;
        harness.setup();
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
    }

    private void useRocksDb(Path root) {
        EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(false);
        backend.setDbStoragePath(root.resolve("rocksdb").toUri().toString());
        harness.setStateBackend(backend);
        harness.setCheckpointStorage(
                new FileSystemCheckpointStorage(root.resolve("snapshots").toUri()));
    }

    /** The start of a task, which runs version {@code v} of its workflow. */
    static TalEvent start(String task) {
        return TalEvent.engine(
                "start",
                "/test",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", TaskId.workflow(task), "version", "v", "input", Map.of()));
    }

    /** Makes a version known, which need not be the current one. */
    void define(String workflow, String version, String text) throws Exception {
        take(List.of(definitions.version(workflow, version, text, brokerMillis)));
    }

    DefinitionLog definitions() {
        return definitions;
    }

    void take(List<DefinitionRecord> records) throws Exception {
        for (DefinitionRecord record : records) {
            harness.processElement2(new StreamRecord<>(record));
        }
    }

    /** The next event of the log, a millisecond after the one before. */
    void log(TalEvent event) throws Exception {
        harness.processElement1(new StreamRecord<>(new LogRecord(event, 0, offset++, brokerMillis)));
        if (brokerTicks) {
            brokerMillis++;
        }
    }

    /** The broker's clock stands at a time. */
    void brokerClock(long millis) {
        brokerMillis = millis;
        brokerTicks = false;
    }

    /** The job's clock comes to a time; timers ring. */
    void jobClock(long millis) throws Exception {
        harness.setProcessingTime(millis);
    }

    /** The log has been read up to a time. */
    void logHasBeenReadTo(long millis) throws Exception {
        harness.processWatermark1(new Watermark(millis));
    }

    /** What has been appended and not been read back. */
    List<TalEvent> appended() {
        collect();
        return List.copyOf(appended);
    }

    /** Reads back what has been appended, and what that appends. */
    void readBack() throws Exception {
        for (collect(); !appended.isEmpty(); collect()) {
            log(appended.poll());
        }
    }

    /** What gateways are asked since the last time. */
    List<Request> requests() {
        List<Request> fresh = harness.extractOutputValues().stream()
                .filter(request -> request.kind() != Request.Kind.ENDED)
                .toList();
        harness.getOutput().clear();
        return fresh;
    }

    /** All records for Kafka since the last time, those too that are held for some milliseconds. */
    List<Outgoing> out() throws Exception {
        barrier();
        return outNow();
    }

    /** A checkpoint's barrier is about to be sent. */
    void barrier() throws Exception {
        operator.prepareSnapshotPreBarrier(checkpoint);
    }

    /** The records for Kafka that have left since the last time. */
    List<Outgoing> outNow() {
        collect();
        List<Outgoing> fresh = List.copyOf(told.subList(toldSeen, told.size()));
        toldSeen = told.size();
        return fresh;
    }

    private void collect() {
        Queue<StreamRecord<Outgoing>> emitted = harness.getSideOutput(EventSinkOperator.EMITTED);
        while (emitted != null && !emitted.isEmpty()) {
            told.add(emitted.remove().getValue());
        }
        Queue<StreamRecord<Outgoing>> records = harness.getSideOutput(OUT);
        while (records != null && !records.isEmpty()) {
            Outgoing record = records.remove().getValue();
            told.add(record);
            if (record.topic().equals(Topics.EVENTS)) {
                appended.add(CloudEventCodec.decode(record.headers(), record.value()));
            }
        }
    }

    /** The last status told of a task; empty if there is none. */
    String status(String task) throws Exception {
        barrier();
        collect();
        for (int at = told.size() - 1; at >= 0; at--) {
            Outgoing record = told.get(at);
            if (record.topic().equals(Topics.TASKS) && text(record.key()).equals(task)) {
                Map<?, ?> data = (Map<?, ?>) Json.parseObject(record.value()).get("data");
                return String.valueOf(data.get("status"));
            }
        }
        return "";
    }

    /** The codes of all dead letters so far. */
    List<String> deadLetters() {
        collect();
        return told.stream()
                .filter(record -> record.topic().equals(Topics.DEAD_LETTERS))
                .map(record -> text(record.headers().get("talflow-code")))
                .toList();
    }

    /** The names of the rows of every task that has any, when a snapshot is taken. */
    Map<String, List<String>> rows() throws Exception {
        snapshot();
        Map<String, List<String>> rows = new TreeMap<>();
        KeyedRows.of(operator).forEach((task, ofTask) -> rows.put(task, List.copyOf(ofTask.keySet())));
        return rows;
    }

    /** The tasks that keyed state says wait for a definition. */
    List<String> waiting() {
        return KeyedRows.waiting(operator);
    }

    /** The sizes of all rows of all tasks together, names included, in bytes, when a snapshot is taken. */
    long stateBytes() throws Exception {
        snapshot();
        return KeyedRows.of(operator).values().stream()
                .flatMap(ofTask -> ofTask.entrySet().stream())
                .mapToLong(row -> row.getKey().length() + row.getValue().length)
                .sum();
    }

    /** Timers of the job's clock, of all tasks. */
    int timers() {
        return harness.numProcessingTimeTimers();
    }

    OperatorSubtaskState snapshot() throws Exception {
        return harness.snapshot(++checkpoint, checkpoint);
    }

    /** Goes on in a new harness from a snapshot, at the same place of the log, with both clocks as they are told. */
    SinkHarness restored(long jobMillis) throws Exception {
        SinkHarness next = new SinkHarness(NfaMatcher::new, folder, snapshot(), jobMillis, brokerMillis);
        next.brokerTicks = brokerTicks;
        next.offset = offset;
        return next;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        harness.close();
    }
}
