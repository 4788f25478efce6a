package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When what a task reports leaves the operator. */
class ReportsHarnessTest {
    private static final String TASK = "w/t";
    private static final String TEXT = """
            tal: 1
            workflow: w
            functions:
              first: {replay: {runtime: 0s}}
              second: {replay: {runtime: 0s}}
            rules:
              - {when: started, do: {invoke: first}}
              - {when: {completed: first}, do: {invoke: second}}
              - {when: {completed: second}, do: {complete: {}}}
            """;

    @Test
    void leaveAfterSomeMilliseconds() throws Exception {
        try (SinkHarness harness = started()) {
            harness.jobClock(24);
            assertThat(harness.outNow()).isEmpty();
            harness.jobClock(25);
            assertThat(states(harness.outNow())).containsExactly("first RUNNING", "w/t RUNNING");
        }
    }

    @Test
    void leaveBeforeACheckpointTakesTheirEventsForRead() throws Exception {
        try (SinkHarness harness = started()) {
            harness.barrier();
            assertThat(states(harness.outNow())).containsExactly("first RUNNING", "w/t RUNNING");
        }
    }

    @Test
    void leaveAtOnceWhenTheyAreMany() throws Exception {
        try (SinkHarness harness = started()) {
            for (int task = 0; harness.outNow().isEmpty(); task++) {
                assertThat(task).isLessThan(500);
                harness.log(SinkHarness.start("w/" + task));
            }
            harness.log(SinkHarness.start("w/next"));
            assertThat(harness.outNow()).as("held again").isEmpty();
        }
    }

    @Test
    void leaveWhenTheTaskEndsTheLastStatusOfEachAndThenEveryDecision() throws Exception {
        try (SinkHarness harness = started()) {
            harness.log(completed("rule-1/0", "first"));
            harness.log(completed("rule-2/0", "second"));
            assertThat(states(harness.outNow()))
                    .containsExactly("first COMPLETED", "second COMPLETED", "w/t COMPLETED");
            harness.jobClock(25);
            assertThat(harness.outNow())
                    .extracting(Outgoing::topic)
                    .containsExactly(Topics.HISTORY, Topics.HISTORY, Topics.HISTORY);
        }
    }

    private static SinkHarness started() throws Exception {
        SinkHarness harness = new SinkHarness(null);
        harness.define("w", "v", TEXT);
        harness.log(SinkHarness.start(TASK));
        return harness;
    }

    private static TalEvent completed(String call, String node) {
        return new TalEvent(
                node,
                "/talflow/" + TASK,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                TASK,
                TASK + "@0/" + call,
                1,
                Map.of(),
                Json.bytes(Map.of()));
    }

    private static List<String> states(List<Outgoing> records) {
        return records.stream()
                .filter(record -> record.topic().equals(Topics.TASKS))
                .map(record -> (Map<?, ?>) Json.parseObject(record.value()).get("data"))
                .map(data -> data.getOrDefault("function", data.get("task")) + " " + data.get("status"))
                .toList();
    }
}
