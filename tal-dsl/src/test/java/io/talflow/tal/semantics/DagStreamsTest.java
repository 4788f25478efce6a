package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The DAG form, while functions run")
class DagStreamsTest {
    private static final String FUNCTIONS = """
            tal: 1
            workflow: media
            functions:
              split: {python: f.py, emits: {header: value, chunks: stream}}
              f: {python: f.py}
            dag:
            """;

    @Test
    void aDataEdgeOfANodeThatMightHaveBeenSkippedIsLiveBeforeItCompletes() {
        TaskScript task = started("""
                split: {if: "${ input.go }"}
                probe: {invoke: f, needs: [split.header]}
                both: {invoke: f, needs: [split.header, other]}
                other: {invoke: f}
                """);
        Effect.Dispatch split = task.call("split");
        task.ready(split, "header", 7);
        assertThat(input(task, "probe")).isEqualTo(Map.of("header", 7L));
        task.complete(task.call("other"), "o");
        assertThat(input(task, "both")).isEqualTo(Map.of("header", 7L, "other", "o"));
        task.complete(split, Map.of()).complete(task.call("probe"), 1).complete(task.call("both"), 2);
        assertThat(task.ended()).isEqualTo("COMPLETED");
    }

    @Test
    void aGatherIsLiveBeforeTheNodeOfItsStreamCompletes() {
        TaskScript task = started("""
                split: {if: "${ input.go }"}
                encode: {invoke: f, foreach: split.chunks}
                merge: {invoke: f, needs: [encode]}
                """);
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "a").item(split, "chunks", "1", "b").close(split, "chunks", 2);
        List<Effect.Dispatch> slices = task.calls("encode");
        task.complete(slices.get(1), "B").complete(slices.get(0), "A");
        assertThat(input(task, "merge")).isEqualTo(Map.of("encode", List.of("A", "B")));
        task.complete(task.call("merge"), 1).complete(split, Map.of());
        assertThat(task.calls("merge")).hasSize(1);
        assertThat(task.ended()).isEqualTo("COMPLETED");
    }

    @Test
    void aJoinOfAnyRunsAtTheFirstDatumAndIsNotSkippedLater() {
        TaskScript task = started("""
                split: {if: "${ input.go }"}
                second: {invoke: split, if: "${ input.go }"}
                merge: {invoke: f, needs: [split.header, {node: second, datum: header, if: "${ false }"}], join: any}
                """);
        task.ready(task.call("split"), "header", 7);
        assertThat(input(task, "merge")).isEqualTo(7L);
        task.ready(task.call("second"), "header", 8)
                .complete(task.call("merge"), 1)
                .complete(task.call("split"), Map.of())
                .complete(task.call("second"), Map.of());
        assertThat(task.calls("merge")).hasSize(1);
        assertThat(task.status().get("output")).isEqualTo(Map.of("merge", 1L));
    }

    @Test
    void aJoinOfANumberGoesOnWithFewerWhenNoMoreCanCome() {
        String dag = """
                split: {if: "${ input.go }"}
                second: {invoke: split, if: "${ !input.go }"}
                third: {invoke: f}
                merge: {invoke: f, needs: [split.header, second, third], join: {atLeast: 3}}
                """;
        TaskScript task = started(dag);
        task.complete(task.call("third"), 3);
        assertThat(task.calls("merge")).isEmpty();
        task.ready(task.call("split"), "header", 7);
        assertThat(input(task, "merge")).isEqualTo(Json.parse("{\"header\": 7, \"second\": null, \"third\": 3}"));
        task.complete(task.call("split"), Map.of()).complete(task.call("merge"), 1);
        assertThat(task.calls("merge")).hasSize(1);
        assertThat(task.ended()).isEqualTo("COMPLETED");
    }

    @Test
    void aNodeThatFailsAfterItsDatumHasStartedWhatNeedsTheDatum() {
        TaskScript task = started("""
                split: {catch: [{errorEquals: [ALL], next: clean}]}
                probe: {invoke: f, needs: [split.header]}
                whole: {invoke: f, needs: [split]}
                clean: {invoke: f}
                """);
        Effect.Dispatch split = task.call("split");
        task.ready(split, "header", 7).fail(split, "X");
        assertThat(input(task, "probe")).isEqualTo(Map.of("header", 7L));
        assertThat(input(task, "clean")).isEqualTo(Map.of("error", Map.of("error", "X", "message", "as wanted")));
        assertThat(task.calls("whole")).isEmpty();
        task.complete(task.call("probe"), 1).complete(task.call("clean"), 2);
        assertThat(task.status().get("output")).isEqualTo(Json.parse("{\"probe\": 1, \"whole\": null, \"clean\": 2}"));
    }

    @Test
    void aSliceThatFailsIsCaughtForItself() {
        TaskScript task = started("""
                split: {}
                encode: {invoke: f, foreach: split.chunks, maxConcurrency: 2, catch: [{errorEquals: [ALL], next: report}]}
                merge: {invoke: f, needs: [encode]}
                report: {invoke: f}
                """);
        Effect.Dispatch split = task.call("split");
        for (String slice : List.of("0", "1", "2")) {
            task.item(split, "chunks", slice, slice);
        }
        assertThat(task.calls("encode")).hasSize(2);
        task.fail(task.calls("encode").get(0), "X");
        task.complete(task.calls("encode").get(1), "B")
                .complete(task.calls("encode").get(2), "C");
        task.complete(split, Map.of());
        assertThat(input(task, "merge")).isEqualTo(Json.parse("{\"encode\": [null, \"B\", \"C\"]}"));
        task.complete(task.call("report"), 1).complete(task.call("merge"), 2);
        assertThat(task.ended()).isEqualTo("COMPLETED");
    }

    private static TaskScript started(String dag) {
        return new TaskScript(FUNCTIONS + dag.indent(2)).start(Map.of("go", true));
    }

    private static Object input(TaskScript task, String node) {
        return Json.parse(task.call(node).input());
    }
}
