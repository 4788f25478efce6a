package io.talflow.eval.jmh;

import io.talflow.flink.cep.NfaMatcher;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Definitions;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.LogEvent;
import io.talflow.tal.semantics.Program;
import io.talflow.tal.semantics.TaskEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One event of a task applied by the engine with Flink's NFA, its rows in memory. Each invocation is a thousand events of
 * one task, from where its preparation left it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"})
public class Applying {
    private static final int EVENTS = 1_000;
    private static final String TASK = "w/k";
    private static final String HEAD = """
            tal: 1
            workflow: w
            events: {tick: {type: io.example.tick.v1}}
            functions:
              split: {replay: {runtime: 0s}, emits: {parts: stream}}
              body: {replay: {runtime: 0s}}
            rules:
            """;

    /** What the thousand events are. */
    public enum Case {
        /** A completion makes the next of a chain be invoked. */
        HOP(chain(), 1),
        /** A body of a foreach completes and is one of a join's; 500 more are still to come. */
        BODY("""
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "joined"}}
            """, EVENTS + 500),
        /** The same, and the join will read the values. */
        BODY_WITH_VALUES("""
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "${ values }"}}
            """, EVENTS + 500),
        /** An event from outside is one of a count's. */
        TICK("""
              - {when: {count: 2000, of: {event: tick}}, do: {complete: "counted"}}
            """, 0);

        private final String rules;
        private final int slices;

        Case(String rules, int slices) {
            this.rules = rules;
            this.slices = slices;
        }

        private static String chain() {
            StringBuilder rules = new StringBuilder("  - {when: started, do: {invoke: body, as: n0}}\n");
            for (int hop = 1; hop <= EVENTS + 1; hop++) {
                rules.append("  - {when: {completed: n%d}, do: {invoke: body, as: n%d, with: \"${ event.data }\"}}\n"
                        .formatted(hop - 1, hop));
            }
            return rules.append(
                            "  - {when: {completed: n%d}, do: {complete: \"${ event.data }\"}}\n".formatted(EVENTS + 1))
                    .toString();
        }
    }

    /** The cases, each by itself. */
    @Param
    public Case event;

    private NfaMatcher matcher;
    private TaskEngine engine;
    private final LayeredRows rows = new LayeredRows();
    private final List<LogEvent> events = new ArrayList<>();
    private long offset;

    /** Brings the task to where the events find it. */
    @Setup
    public void prepare() {
        Program program =
                Program.of(Formats.load("w.yaml", (HEAD + event.rules).getBytes(StandardCharsets.UTF_8)), "v");
        matcher = new NfaMatcher();
        engine = new TaskEngine(new OneDefinition(program), matcher);
        begin(at(TalEvent.engine(
                "start",
                "/bench",
                EventTypes.TASK_STARTED,
                TASK,
                Map.of("workflow", "w", "version", "v", "input", Map.of()))));
        if (event == Case.TICK) {
            for (long tick = 0; tick < EVENTS; tick++) {
                events.add(at(TalEvent.engine("tick" + tick, "/bench", "io.example.tick.v1", TASK, Map.of("n", tick))));
            }
        } else if (event == Case.HOP) {
            for (int hop = 0; hop < EVENTS; hop++) {
                events.add(at(completed("rule-%d/0".formatted(hop + 1), Map.of("hop", (long) hop))));
            }
        } else {
            List<Object> parts = new ArrayList<>();
            for (long slice = 0; slice < event.slices; slice++) {
                parts.add(Map.of("slice", slice));
            }
            begin(at(completed("rule-1/0", Map.of("parts", parts))));
            for (int slice = 0; slice < EVENTS; slice++) {
                events.add(at(completed("rule-2/" + slice, Map.of("done", true))));
            }
        }
        rows.settle();
    }

    private void begin(LogEvent logEvent) {
        engine.apply(rows, logEvent);
    }

    private LogEvent at(TalEvent logged) {
        return new LogEvent(logged, 0, offset, 1_700_000_000_000L + offset++);
    }

    private static TalEvent completed(String call, Object result) {
        String firing = TASK + "@0/" + call;
        return new TalEvent(
                firing + "/1",
                "/talflow/" + TASK,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                TASK,
                firing,
                1,
                Map.of(),
                Json.bytes(result));
    }

    /** Releases the buffers' threads. */
    @TearDown
    public void close() {
        matcher.close();
    }

    /**
     * A thousand events.
     *
     * @return how much they caused, so that none of it is left out
     */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int apply() {
        int effects = 0;
        rows.reset();
        for (LogEvent logEvent : events) {
            effects += engine.apply(rows, logEvent).size();
        }
        return effects;
    }

    /** What the same events cause. */
    List<Effect> effects() {
        List<Effect> effects = new ArrayList<>();
        rows.reset();
        for (LogEvent logEvent : events) {
            effects.addAll(engine.apply(rows, logEvent));
        }
        return effects;
    }

    private record OneDefinition(Program program) implements Definitions {
        @Override
        public Optional<Program> find(String workflow, String version) {
            return Optional.of(program);
        }

        @Override
        public Optional<String> current(String workflow) {
            return Optional.of("v");
        }
    }
}
