package io.talflow.eval;

import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.sink.EventSinkOperator;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * Joins in the job's own event sink, alone in Flink's harness: RocksDB, an incremental snapshot each second, nothing else.
 * A task is a producer that signals its slices while it runs, and bodies that complete in a random order.
 */
final class JoinOperator implements AutoCloseable {
    private static final OutputTag<Outgoing> OUT = new OutputTag<>("out", TypeInformation.of(Outgoing.class));
    private static final String WORKFLOW = "bench-join";
    private static final String VERSION = "v";
    private static final long SNAPSHOT_NANOS = 1_000_000_000L;
    private static final long BEGINNING_MILLIS = 1_700_000_000_000L;
    private static final String TEXT = """
            tal: 1
            workflow: %s
            functions:
              split: {replay: {runtime: 0s}, emits: {parts: stream}}
              body: {replay: {runtime: 0s}}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "%s"}}
            """;

    private final KeyedTwoInputStreamOperatorTestHarness<String, LogRecord, DefinitionRecord, Request> harness;
    private final LastRequests requests = new LastRequests();
    private final Random order;
    private final long beganNanos = System.nanoTime();
    private long snapshotAtNanos = beganNanos + SNAPSHOT_NANOS;
    private long snapshots;
    private long snapshotCpuNanos;
    private long offset;
    private long clockMillis;
    private Steps steps;

    /** What the steps of joins took; snapshots lie between steps. */
    static final class Steps {
        private long completions;
        private long completionNanos;
        private long all;
        private long allNanos;
        private long longestNanos;
        private long completionCpuNanos;

        private void took(long nanos, boolean completion) {
            all++;
            allNanos += nanos;
            longestNanos = Math.max(longestNanos, nanos);
            if (completion) {
                completions++;
                completionNanos += nanos;
            }
        }

        /** Of a body's completion, on average. */
        double microsOfCompletion() {
            return completionNanos / 1e3 / completions;
        }

        /** The CPU time of it: what is left when somebody else uses the machine. */
        double cpuMicrosOfCompletion() {
            return completionCpuNanos / 1e3 / completions;
        }

        /** Of any event: start, slice, close, completion; and of the removal of an ended task's rows. */
        double microsOfStep() {
            return allNanos / 1e3 / all;
        }

        double longestMillis() {
            return longestNanos / 1e6;
        }
    }

    /**
     * Opens the operator.
     *
     * @param folder for RocksDB and the snapshots
     * @param memoryMegabytes of RocksDB, write buffers and block cache together
     * @param reading whether the join reads the values of its bodies, which takes as long as there are values
     * @param seed of the order in which bodies complete
     */
    JoinOperator(Path folder, int memoryMegabytes, boolean reading, long seed) throws Exception {
        order = new Random(seed);
        EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
        backend.getMemoryConfiguration().setFixedMemoryPerSlot(memoryMegabytes + "mb");
        backend.setDbStoragePath(folder.resolve("rocksdb").toUri().toString());
        harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                new EventSinkOperator(OUT, NodeFeed.none(), Placement.SPREAD),
                record -> record.event().task(),
                null,
                Types.STRING);
        harness.setStateBackend(backend);
        harness.setCheckpointStorage(
                new FileSystemCheckpointStorage(folder.resolve("snapshots").toUri()));
        harness.setOutputCreator(serializer -> requests);
        harness.setup();
        harness.open();
        harness.processElement2(new StreamRecord<>(new DefinitionRecord(
                WORKFLOW + "@" + VERSION,
                Json.bytes(Map.of(
                        "workflow",
                        WORKFLOW,
                        "version",
                        VERSION,
                        "file",
                        "workflow.yaml",
                        "text",
                        TEXT.formatted(WORKFLOW, reading ? "${ size(values) }" : "joined"))),
                0,
                0,
                0)));
    }

    /** Runs tasks of that width one after the other, to their last row. */
    Steps join(int tasks, int width) throws Exception {
        steps = new Steps();
        for (int task = 0; task < tasks; task++) {
            join(width);
        }
        return steps;
    }

    private void join(int width) throws Exception {
        String task = WORKFLOW + "/t" + offset;
        int tombstones = harness.numProcessingTimeTimers();
        step(TalEvent.engine(
                task,
                "/bench",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", WORKFLOW, "version", VERSION, "input", Map.of())));
        String producer = requests.take();
        List<String> bodies = new ArrayList<>(width);
        for (long slice = 0; slice < width; slice++) {
            Map<String, String> names = Map.of(EventTypes.DATUM, "parts", EventTypes.SLICE, Long.toString(slice));
            step(event(producer, EventTypes.DATA_ITEM, task, names, Map.of("slice", slice)));
            bodies.add(requests.take());
        }
        step(event(producer, EventTypes.DATA_CLOSED, task, Map.of(EventTypes.DATUM, "parts"), Map.of("count", (long)
                width)));
        step(event(producer, EventTypes.INVOCATION_COMPLETED, task, Map.of(), Map.of()));
        Collections.shuffle(bodies, order);
        long cpuBefore = Machine.threadCpuNanos();
        long snapshotCpuBefore = snapshotCpuNanos;
        for (String body : bodies) {
            step(event(body, EventTypes.INVOCATION_COMPLETED, task, Map.of(), Map.of("done", true)), true);
        }
        steps.completionCpuNanos += Machine.threadCpuNanos() - cpuBefore - (snapshotCpuNanos - snapshotCpuBefore);
        // An ended task's rows are removed bit by bit, one each millisecond of the job's clock; its tombstone stays.
        while (harness.numProcessingTimeTimers() > tombstones + 1) {
            tick();
        }
    }

    private static TalEvent event(String firing, String type, String task, Map<String, String> names, Object data) {
        String id = firing + "/" + type + names.getOrDefault(EventTypes.SLICE, "");
        return new TalEvent(
                id, "/talflow/" + task, type, "", TalEvent.Kind.CONTROL, task, firing, 1, names, Json.bytes(data));
    }

    private void step(TalEvent event) throws Exception {
        step(event, false);
    }

    private void step(TalEvent event, boolean completion) throws Exception {
        long now = BEGINNING_MILLIS + (System.nanoTime() - beganNanos) / 1_000_000;
        StreamRecord<LogRecord> record = new StreamRecord<>(new LogRecord(event, 0, offset++, now));
        long began = System.nanoTime();
        harness.processElement1(record);
        took(System.nanoTime() - began, completion);
    }

    /** Lets the job's clock go on: what waits to be removed is. */
    private void tick() throws Exception {
        clockMillis++;
        took(clock(), false);
    }

    /** What the job's clock makes happen. @return how long it took, nanoseconds */
    private long clock() throws Exception {
        long began = System.nanoTime();
        harness.setProcessingTime(clockMillis);
        return System.nanoTime() - began;
    }

    private void took(long nanos, boolean completion) throws Exception {
        steps.took(nanos, completion);
        long elapsedMillis = (System.nanoTime() - beganNanos) / 1_000_000;
        if (elapsedMillis > clockMillis) {
            clockMillis = elapsedMillis;
            steps.took(clock(), false);
        }
        if (System.nanoTime() > snapshotAtNanos) {
            long cpuBefore = Machine.threadCpuNanos();
            snapshots++;
            harness.snapshot(snapshots, clockMillis);
            harness.notifyOfCompletedCheckpoint(snapshots);
            snapshotCpuNanos += Machine.threadCpuNanos() - cpuBefore;
            snapshotAtNanos = System.nanoTime() + SNAPSHOT_NANOS;
        }
    }

    @Override
    public void close() throws Exception {
        harness.close();
    }
}
