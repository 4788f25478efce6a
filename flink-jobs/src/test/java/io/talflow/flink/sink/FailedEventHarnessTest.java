package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.PlainMatcher;
import io.talflow.tal.semantics.Shape;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An event that the engine breaks on")
class FailedEventHarnessTest {
    private static final String TEXT = """
            tal: 1
            workflow: w
            rules: [{when: started, do: {complete: 1}}]
            """;
    private static final AtomicBoolean BROKEN = new AtomicBoolean();

    /** Stands for a fault of our own. */
    private static final class Breaking implements Matcher {
        private final Matcher sound = new PlainMatcher();

        @Override
        public Step offer(Shape shape, byte[] memory, Arrival arrival) {
            if (BROKEN.get()) {
                throw new IllegalStateException("out of order");
            }
            return sound.offer(shape, memory, arrival);
        }

        @Override
        public Step advance(Shape shape, byte[] memory, long timeMicros) {
            return sound.advance(shape, memory, timeMicros);
        }
    }

    @BeforeEach
    void breakIt() {
        BROKEN.set(true);
    }

    @Test
    void isADeadLetterAndTheJobGoesOn() throws Exception {
        try (SinkHarness harness = SinkHarness.matchedBy(Breaking::new)) {
            harness.define("w", "v", TEXT);
            harness.log(SinkHarness.start("w/a"));
            assertThat(harness.outNow())
                    .extracting(Outgoing::topic, FailedEventHarnessTest::code)
                    .containsExactly(tuple(Topics.DEAD_LETTERS, "event/failed"));
            BROKEN.set(false);
            harness.log(SinkHarness.start("w/b"));
            assertThat(harness.outNow()).extracting(Outgoing::topic).contains(Topics.TASKS);
        }
    }

    @Test
    void ofATaskThatWaitsForItsDefinitionLeavesItWaiting() throws Exception {
        try (SinkHarness harness = SinkHarness.matchedBy(Breaking::new)) {
            harness.log(SinkHarness.start("w/a"));
            harness.define("w", "v", TEXT);
            harness.barrier();
            harness.outNow();
            BROKEN.set(false);
            harness.define("w", "v", TEXT);
            harness.barrier();
            assertThat(harness.outNow())
                    .filteredOn(record -> record.topic().equals(Topics.TASKS))
                    .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
                    .anyMatch(status -> status.contains("\"status\":\"COMPLETED\""));
        }
    }

    private static String code(Outgoing record) {
        return new String(record.headers().get("talflow-code"), StandardCharsets.UTF_8);
    }
}
