package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Data that a function signals while it runs")
class SignalsTest {
    private static final String WORKFLOW = """
            tal: 1
            workflow: slices
            functions:
              split:
                python: split.py
                emits: {header: value, chunks: stream}
                retry: [{errorEquals: [ALL], interval: 1s, maxAttempts: 1}]
              body: {python: body.py}
              probe: {python: probe.py}
              merge: {python: merge.py}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {ready: split.header}, do: {invoke: probe, with: "${ event.data }"}}
              - {when: {item: split.chunks}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.chunks}, do: {invoke: merge, with: {parts: "${ values }"}}}
              - {when: {completed: merge}, do: {complete: "${ event.data }"}}
            """;

    private final TaskScript task = new TaskScript(WORKFLOW).start(Map.of());

    @Test
    void startsItsConsumerBeforeItEnds() {
        task.ready(task.call("split"), "header", 7L);
        assertThat(text(task.call("probe"))).isEqualTo("7");
    }

    @Test
    void startsABodyForEachSliceAndGathersThemInSliceOrder() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").item(split, "chunks", "1", "b");
        List<Effect.Dispatch> bodies = task.calls("body");
        assertThat(bodies).hasSize(2);
        task.complete(bodies.get(1), "B").complete(bodies.get(0), "A");
        assertThat(task.calls("merge")).as("the stream is still open").isEmpty();
        task.item(split, "chunks", "2", "c").close(split, "chunks", 3);
        task.complete(task.call("body"), "C");
        assertThat(text(task.call("merge"))).isEqualTo("{\"parts\":[\"A\",\"B\",\"C\"]}");
        task.complete(split, Map.of()).complete(task.call("merge"), "done");
        assertThat(task.ended()).isEqualTo("COMPLETED");
        assertThat(task.rows()).containsOnlyKeys("h", "out");
    }

    @Test
    void closesWhatItLeftOpenWhenItCompletes() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").complete(split, Map.of());
        task.complete(task.call("body"), "A");
        assertThat(text(task.call("merge"))).isEqualTo("{\"parts\":[\"A\"]}");
    }

    @Test
    void isDoneWithoutASliceWhenNothingWasSaidOfTheStream() {
        task.complete(task.call("split"), "no object at all");
        assertThat(text(task.call("merge"))).isEqualTo("{\"parts\":[]}");
    }

    @Test
    void aReferenceIsTheSameWhereverTheValueLies() {
        Effect.Dispatch first = task.call("split");
        task.item(first, "chunks", "0", reference("0a1b2c3d", "/v1/runtime/data/node-1/aa"));
        task.fail(first, "Function.Error").at(1_001).clock();
        Effect.Dispatch second = task.call("split");
        task.item(second, "chunks", "0", reference("0a1b2c3d", "/v1/runtime/data/node-2/bb"));
        assertThat(task.calls("body")).hasSize(1);
        assertThat(text(task.calls("body").get(0))).contains("node-1");
        task.item(second, "chunks", "0", reference("ffffffff", "/v1/runtime/data/node-2/cc"));
        assertThat(task.ended()).isEqualTo("FAILED");
        assertThat(task.error()).isEqualTo("producer-not-repeatable");
    }

    private static Map<String, Object> reference(String checksum, String href) {
        return Map.of("frames", Map.of("$data", Map.of("name", "frames", "crc32c", checksum, "href", href)));
    }

    @Test
    void aRepeatedSignalOfAnyAttemptChangesNothing() {
        Effect.Dispatch first = task.call("split");
        task.item(first, "chunks", "0", Map.of("n", 1L, "m", 2L)).ready(first, "header", 1L);
        task.fail(first, "Function.Error").at(1_001).clock();
        Effect.Dispatch second = task.call("split");
        assertThat(second.attempt()).isEqualTo(2);
        task.item(second, "chunks", "0", Map.of("m", 2L, "n", 1L)).ready(second, "header", 1L);
        task.item(second, "chunks", "1", "new").close(second, "chunks", 2);
        assertThat(task.calls("body")).hasSize(2);
        assertThat(task.calls("probe")).hasSize(1);
    }

    @Test
    void aLateSignalOfAnEarlierAttemptCountsWhileTheInvocationIsOpen() {
        Effect.Dispatch first = task.call("split");
        task.fail(first, "Function.Error").item(first, "chunks", "0", "a");
        assertThat(task.calls("body")).hasSize(1);
    }

    @Test
    void anotherContentUnderTheSameKeyFailsTheTask() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").item(split, "chunks", "0", "b");
        assertThat(task.error()).isEqualTo("producer-not-repeatable");
    }

    @Test
    void keepsTheFirstContentWhereItSaysSo() {
        TaskScript kept =
                new TaskScript(WORKFLOW.replace("chunks: stream}", "chunks: {kind: stream, repeat: keep-first}}"));
        Effect.Dispatch split = kept.start(Map.of()).call("split");
        kept.item(split, "chunks", "x", "a").item(split, "chunks", "x", "b").close(split, "chunks", 1);
        assertThat(kept.calls("body")).hasSize(1);
        kept.complete(kept.call("body"), "A");
        assertThat(kept.calls("merge")).hasSize(1);
    }

    @Test
    void aCloseThatContradictsTheSlicesFailsTheTask() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").close(split, "chunks", 2);
        assertThat(task.error()).isEqualTo("Task.CloseContradicts");
    }

    @Test
    void aSliceAfterTheCloseFailsTheTaskUnlessItIsARepeat() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").close(split, "chunks", 1).item(split, "chunks", "0", "a");
        assertThat(task.ended()).isEqualTo("RUNNING");
        task.item(split, "chunks", "1", "b");
        assertThat(task.error()).isEqualTo("Task.CloseContradicts");
    }

    @Test
    void aSignalAfterItsInvocationEndedIsADeadLetter() {
        Effect.Dispatch split = task.call("split");
        task.complete(split, Map.of()).item(split, "chunks", "0", "a").ready(split, "nowhere", 1L);
        assertThat(task.deadLetters()).containsExactly("data/not-open", "data/not-open");
    }

    @Test
    void aSignalOfWhatIsNotDeclaredIsADeadLetter() {
        Effect.Dispatch split = task.call("split");
        task.ready(split, "nowhere", 1L).item(split, "header", "0", 1L).ready(split, "chunks", 1L);
        assertThat(task.deadLetters()).containsExactly("data/undeclared", "data/undeclared", "data/undeclared");
        assertThat(task.ended()).isEqualTo("RUNNING");
    }

    @Test
    void aProducerThatFailsForGoodFailsItsGather() {
        TaskScript caught = new TaskScript(WORKFLOW.replace(
                "with: {parts: \"${ values }\"}}}",
                "with: {parts: \"${ values }\"}}, onFailed: {complete: \"${ event.data.error }\"}}"));
        Effect.Dispatch split = caught.start(Map.of()).call("split");
        caught.item(split, "chunks", "0", "a").fail(split, "First").at(1_001).clock();
        caught.fail(caught.call("split"), "Second");
        assertThat(caught.ended()).isEqualTo("COMPLETED");
        assertThat(caught.status().get("output")).isEqualTo("Second");
        assertThat(caught.ofType(Effect.Withdraw.class)).as("the body that ran").hasSize(1);
    }

    private static String text(Effect.Dispatch dispatch) {
        return new String(dispatch.input(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
