package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.cep.NfaMatcher;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Definitions;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.LogEvent;
import io.talflow.tal.semantics.Program;
import io.talflow.tal.semantics.Rows;
import io.talflow.tal.semantics.TaskEngine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What keeps the other tasks of a subtask waiting, as bytes instead of time, which is the machine's; the benchmark
 * {@code overload} measures that.
 */
@DisplayName("A task that is flooded")
class OverloadWorkTest {
    private static final String TASK = "pairs/flooded";
    private static final String VERSION = "v";
    /** Events a task may get in a second, where its workflow says nothing. */
    private static final int LIMIT = 4_000;
    /** Partial matches of a sequence. */
    private static final int WAYS = 256;

    private static final String PAIRS = """
            tal: 1
            workflow: pairs
            events: {opened: {type: com.example.opened}, closed: {type: com.example.closed}}
            rules:
              - {when: {seq: [{event: opened}, {event: closed}], within: 1h}, do: {complete: "${ event.id }"}}
            """;

    private final NfaMatcher nfa = new NfaMatcher();
    private final Work work = new Work();
    private final TaskEngine engine = new TaskEngine(definitions(), nfa);
    private long offset;

    @AfterEach
    void close() throws Exception {
        nfa.close();
    }

    @Test
    @DisplayName("by events costs some kilobytes for each until it fails, and a third of a kilobyte after that")
    void byEvents() {
        long[] cost = flood("com.example.closed", 10_000);
        assertThat(range(cost, 0, LIMIT)).allMatch(bytes -> bytes < 4 * 1_024);
        assertThat(range(cost, LIMIT + 1, 10_000)).as("once it has failed").allMatch(bytes -> bytes < 1_024);
        assertThat(sum(cost)).as("altogether").isLessThan(10_000 * 1_024);
    }

    @Test
    @DisplayName("by beginnings of a sequence costs as much as 256 of them are long, and little after that")
    void byBeginnings() {
        long[] cost = flood("com.example.opened", 5_000);
        assertThat(range(cost, 0, WAYS)).allMatch(bytes -> bytes < WAYS * 512);
        assertThat(range(cost, WAYS + 1, 5_000)).as("once it has failed").allMatch(bytes -> bytes < 1_024);
        assertThat(sum(cost)).as("altogether").isLessThan(WAYS * WAYS * 256 + 5_000 * 1_024);
    }

    /** What each event cost, in bytes. */
    private long[] flood(String type, int events) {
        apply(start());
        return IntStream.range(0, events)
                .mapToLong(number -> apply(event(type, number)))
                .toArray();
    }

    private static LongStream range(long[] cost, int from, int to) {
        return Arrays.stream(cost, from, to);
    }

    private static long sum(long[] cost) {
        return Arrays.stream(cost).sum();
    }

    /** @return bytes of rows read and written, the pattern's among them, and of what is told */
    private long apply(TalEvent event) {
        work.bytes = 0;
        for (Effect effect : engine.apply(work, new LogEvent(event, 0, offset++, 60_000))) {
            if (effect instanceof Effect.Decision decision) {
                work.bytes += Json.bytes(decision.data()).length;
            } else if (effect instanceof Effect.Status status) {
                work.bytes += Json.bytes(status.data()).length;
            }
        }
        return work.bytes;
    }

    private static TalEvent start() {
        Map<String, Object> data = Map.of("workflow", "pairs", "version", VERSION, "input", Map.of());
        return TalEvent.engine("start", "/test", EventTypes.TASK_STARTED, TASK, data);
    }

    private static TalEvent event(String type, int number) {
        return TalEvent.engine("e" + number, "/test", type, TASK, Map.of());
    }

    private static Definitions definitions() {
        Program program = Program.of(Formats.load("pairs.yaml", PAIRS.getBytes(StandardCharsets.UTF_8)), VERSION);
        return new Definitions() {
            @Override
            public Optional<Program> find(String workflow, String version) {
                return Optional.of(program);
            }

            @Override
            public Optional<String> current(String workflow) {
                return Optional.of(VERSION);
            }
        };
    }

    /** The rows of a task. */
    private static final class Work implements Rows {
        private final Map<String, byte[]> rows = new HashMap<>();
        private long bytes;

        @Override
        public byte[] get(String name) {
            byte[] row = rows.get(name);
            bytes += row == null ? 0 : row.length;
            return row;
        }

        @Override
        public void put(String name, byte[] row) {
            bytes += row.length;
            rows.put(name, row);
        }

        @Override
        public void remove(String name) {
            rows.remove(name);
        }

        @Override
        public void each(BiConsumer<String, byte[]> seen) {
            throw new UnsupportedOperationException("an event looks at what it touches, not at all rows");
        }
    }
}
