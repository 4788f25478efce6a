package io.talflow.tal.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import io.talflow.tal.semantics.DagRun;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The DAG form")
class DagTest {
    private static final String MEDIA = """
            split: {with: {path: "${ input.path }"}}
            probe: {needs: [split.header]}
            encode: {foreach: split.chunks}
            merge: {needs: [encode]}
            thumb: {needs: [split], if: "${ input.n > 1 }"}
            publish: {needs: [merge, {node: thumb, if: "${ results.thumb.d.bytes > 0 }"}, probe.d]}
            """;

    @Test
    void standsForRules() {
        Workflow workflow = load(MEDIA, "output: \"${ results.publish }\"");
        Map<String, Object> rules = rules(workflow);
        assertThat(rules)
                .containsOnlyKeys("split", "probe", "encode", "merge", "thumb", "publish", "end")
                .containsEntry("probe", Json.parse("""
                        {"id": "probe", "when": {"ready": "split.header"},
                         "do": {"invoke": "probe", "with": {"header": "${ event.data }"}}}"""))
                .containsEntry("encode", Json.parse("""
                        {"id": "encode", "when": {"item": "split.chunks"}, "fires": "each",
                         "do": {"invoke": "encode", "with": "${ event.data }"}}"""))
                .containsEntry("merge", Json.parse("""
                        {"id": "merge", "when": {"gather": {"completed": "encode"}, "over": "split.chunks"},
                         "do": {"invoke": "merge", "with": {"encode": "${ values }"}}}"""))
                .containsEntry("thumb", Json.parse("""
                        {"id": "thumb", "when": {"completed": "split"}, "if": "${ input.n > 1 }",
                         "do": {"invoke": "thumb", "with": {"split": "${ event.data }"}}, "else": {"skip": "thumb"}}"""))
                .containsEntry("end", Json.parse("""
                        {"id": "end", "when": {"completed": "publish"}, "do": {"complete": "${ results.publish }"}}"""));
        assertThat(Json.text(rules.get("publish")))
                .contains("{\"settled\":\"thumb\",\"as\":\"e2\"}")
                .contains("(results.thumb.d.bytes > 0) ? e2.data : null");
    }

    @ParameterizedTest
    @CsvSource({"2, true", "1, false"})
    void runs(long n, boolean thumb) {
        for (long seed = 0; seed < 30; seed++) {
            DagRun run = DagRun.of(load(MEDIA, ""), Map.of("path", "/x", "n", n), seed);
            assertThat(run.output()).isEqualTo(Map.of("publish", Map.of("d", Map.of("bytes", 7L))));
            assertThat(run.invoked).filteredOn("encode"::equals).hasSize(3);
            assertThat(run.invoked.contains("thumb")).isEqualTo(thumb);
            assertThat(run.completedBefore.get("publish")).contains("merge", "probe", "encode");
            assertThat(run.inputs.get("publish")).isEqualTo("""
                    {"merge":{"d":{"bytes":7}},"thumb":%s,"d":{"bytes":7}}""".formatted(thumb ? "{\"d\":{\"bytes\":7}}" : "null"));
        }
    }

    @Test
    void aForeachOfASkippedProducerIsSkippedAsAWhole() {
        String dag = """
                split: {if: "${ input.go }"}
                encode: {foreach: split.chunks}
                probe: {}
                merge: {needs: [encode, probe]}
                thumb: {needs: [encode]}
                """;
        DagRun run = DagRun.of(load(dag, ""), Map.of("go", false), 1);
        assertThat(run.output()).isEqualTo(Json.parse("""
                {"merge": {"d": {"bytes": 7}}, "thumb": null}"""));
        assertThat(run.skipped).containsExactlyInAnyOrder("split", "encode", "thumb");
        assertThat(run.inputs.get("merge")).isEqualTo("""
                {"encode":null,"probe":{"d":{"bytes":7}}}""");
        DagRun all = DagRun.of(load(dag, ""), Map.of("go", true), 1);
        assertThat(all.inputs.get("merge")).isEqualTo("""
                {"encode":[{"d":{"bytes":7}},{"d":{"bytes":7}},{"d":{"bytes":7}}],"probe":{"d":{"bytes":7}}}""");
        assertThat(all.skipped).isEmpty();
    }

    @Test
    void theIfOfAForeachIsAskedOfEachSlice() {
        String dag = """
                split: {}
                encode: {foreach: split.chunks, if: "${ event.data.bytes > 100 }"}
                merge: {needs: [encode]}
                """;
        DagRun run = DagRun.of(load(dag, ""), Map.of(), 1);
        run.output();
        assertThat(run.invoked).containsExactly("split", "merge");
        assertThat(run.inputs.get("merge")).isEqualTo("{\"encode\":[null,null,null]}");
    }

    @Test
    void anyRunsAtTheFirstLiveEdgeAndIsSkippedWhenAllAreDead() {
        String dag = """
                split: {if: "${ input.a }"}
                probe: {if: "${ input.b }"}
                merge: {needs: [split, probe], join: any}
                thumb: {needs: [merge]}
                """;
        DagRun one = DagRun.of(load(dag, ""), Map.of("a", false, "b", true), 1);
        one.output();
        assertThat(one.invoked).containsExactly("probe", "merge", "thumb");
        assertThat(one.skipped).containsExactly("split");
        DagRun none = DagRun.of(load(dag, ""), Map.of("a", false, "b", false), 1);
        none.output();
        assertThat(none.skipped).containsExactlyInAnyOrder("split", "probe", "merge", "thumb");
        DagRun both = DagRun.of(load(dag, ""), Map.of("a", true, "b", true), 1);
        assertThat(both.invoked).containsOnlyOnce("merge");
    }

    @Test
    void aJoinOfANumberHasARuleForTheTimeWhenNoMoreCanCome() {
        Map<String, Object> rules = rules(load("""
                split: {if: "${ input.a }"}
                probe: {}
                thumb: {if: "${ input.b }"}
                merge: {needs: [split, probe, {node: thumb, datum: d, if: "${ input.c }"}], join: {atLeast: 2}}
                """, ""));
        assertThat(rules)
                .containsOnlyKeys("split", "probe", "thumb", "merge", "merge.rest", "merge.skipped", "end")
                .containsEntry("merge", Json.parse("""
                        {"id": "merge",
                         "when": {"atLeast": 2, "of": [{"completed": "split", "as": "e1"}, {"completed": "probe", "as": "e2"},
                                                       {"ready": "thumb.d", "if": "${ input.c }", "as": "e3"}]},
                         "do": {"invoke": "merge", "with": {"split": "${ e1 != null ? e1.data : null }",
                                "probe": "${ e2 != null ? e2.data : null }", "d": "${ e3 != null ? e3.data : null }"}}}"""));
        assertThat(((Map<?, ?>) rules.get("merge.rest")).get("when")).isEqualTo(Json.parse("""
                {"all": [{"any": [{"completed": "split", "as": "e1"}, {"settled": "split"}]},
                         {"completed": "probe", "as": "e2"},
                         {"any": [{"ready": "thumb.d", "if": "${ input.c }", "as": "e3"},
                                  {"ready": "thumb.d", "if": "${ !(input.c) }"},
                                  {"settled": "thumb", "if": "${ !(\\"thumb\\" in results) }"}]}]}"""));
        assertThat(((Map<?, ?>) rules.get("merge.skipped")).get("if"))
                .isEqualTo("${ e1 == null && e2 == null && e3 == null }");
    }

    @Test
    void aJoinOfANumberOfLiveEdgesNeedsNoOtherRule() {
        Workflow workflow = load("""
                split: {if: "${ input.a }"}
                probe:
                thumb:
                merge: {needs: [split, probe, thumb], join: {atLeast: 2}}
                """, "");
        assertThat(rules(workflow)).containsOnlyKeys("split", "probe", "thumb", "merge", "end");
    }

    @Test
    void aForeachTakesSoManySlicesAtATime() {
        Map<String, Object> rules = rules(load("split:\nencode: {foreach: split.chunks, maxConcurrency: 3}\n", ""));
        assertThat(((Map<?, ?>) rules.get("encode")).get("maxConcurrency")).isEqualTo(3L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "split: {needs: [nope]} ~ dag/unknown-node ~ no node nope",
                "split: {needs: [merge]}, merge: {needs: [split]} ~ dag/cycle ~ split -> merge -> split",
                "split: {needs: [split]} ~ dag/cycle ~ split -> split",
                "split: , merge: {needs: [split, split]} ~ dag/duplicate-edge ~ merge needs split twice",
                "split: , probe: , merge: {needs: [split.d, probe.d]} ~ dag/ambiguous-input ~ two edges bring a 'd' to merge",
                "split: , merge: {foreach: split} ~ dag/bad-foreach ~ must be NODE.STREAM",
                "split: , merge: {foreach: split.header} ~ tal/not-a-stream ~ declared as a value",
                "split: , merge: {foreach: split.chunks, needs: [split]} ~ dag/foreach-needs ~ takes no needs",
                "split: , encode: {foreach: split.chunks}, merge: {needs: [encode.d]} ~ dag/datum-of-foreach ~ waited for as a whole",
                "split: , encode: {foreach: split.chunks}, merge: {needs: [encode, split], join: any} ~ dag/any-of-foreach ~ join: any",
                "split: {join: 2} ~ dag/bad-join ~ must be all, any or {atLeast: NUMBER}",
                "split: {join: {atLeast: 1}} ~ dag/bad-join ~ waits for 1 edges and needs 0 nodes",
                "split: , probe: , merge: {needs: [split, probe], join: {atLeast: 3}} ~ tal/bad-number ~ from 1 to 2",
                "split: , encode: {foreach: split.chunks}, merge: {needs: [encode, split], join: {atLeast: 1}} ~ dag/any-of-foreach ~ cannot wait for one",
                "split: {maxConcurrency: 3} ~ dag/bounds-nothing ~ no foreach node",
                "split: {catch: [{errorEquals: [ALL], next: nope}]} ~ dag/unknown-node ~ no node nope",
                "split: {catch: [{errorEquals: [ALL], next: merge}]}, probe: , merge: {needs: [probe]} ~ dag/catch-needs ~ takes no needs",
                "split: {catch: [{errorEquals: [ALL], next: split}]} ~ dag/cycle ~ split -> split",
                "split: {catch: [{errorEquals: [ALL, X], next: merge}]}, merge:  ~ tal/bad-error ~ ALL names every error",
                "split: , probe: , merge: {needs: [split, probe], join: {least: 1}} ~ tal/missing ~ 'atLeast' is missing",
                "split: {catch: [{next: merge}]}, merge:  ~ tal/missing ~ 'errorEquals' is missing",
                "split: {needs: [a.b.c]} ~ dag/bad-need ~ NODE.DATUM",
                "split-it: {invoke: split} ~ tal/bad-name ~ CEL identifier",
                "splt:  ~ tal/unknown-function ~ did you mean split?",
                "split: , merge: {needs: [split.hedder]} ~ tal/unknown-datum ~ did you mean header?",
                "split: , probe: , merge: {needs: [split, {node: probe, if: '${ event.data.ok }'}]} ~ dag/event-of-join ~ results.probe",
            })
    void saysWhatIsWrongAndWhere(String dag, String code, String message) {
        InvalidTal refused = catchThrowableOfType(
                InvalidTal.class, () -> load(dag.replace("}, ", "}\n").replace(": , ", ":\n"), ""));
        assertThat(refused.problems()).anySatisfy(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.message()).contains(message);
            assertThat(problem.position().line()).isBetween(1, 20);
        });
    }

    @Test
    void aWideDagWithoutConditionsHasNoExpressionAndKeepsNoResult() {
        StringBuilder dag = new StringBuilder("split: {with: {}}\n");
        for (int index = 0; index < 1_000; index++) {
            dag.append("n%d: {invoke: probe, needs: [split], with: {}}%n".formatted(index));
        }
        Workflow workflow = load(dag.toString(), "");
        assertThat(TalPrinter.json(workflow)).doesNotContain("${", "results");
        DagRun run = DagRun.of(workflow, Map.of(), 3);
        assertThat(run.output()).isEqualTo(Map.of("nodes", 1_001L));
        assertThat(run.invoked).hasSize(1_001);
    }

    @Test
    void drawsTheEdgesOfTheFile() {
        Formats.Loaded loaded = Formats.loadWithWarnings("dag.yaml", text(MEDIA, ""));
        assertThat(loaded.graph().edges())
                .containsExactly(
                        List.of("split", "probe"),
                        List.of("split", "encode"),
                        List.of("encode", "merge"),
                        List.of("split", "thumb"),
                        List.of("merge", "publish"),
                        List.of("thumb", "publish"),
                        List.of("probe", "publish"));
        assertThat(loaded.text()).startsWith("tal: 1");
    }

    private static Map<String, Object> rules(Workflow workflow) {
        List<?> rules = (List<?>) Json.parseObject(TalPrinter.json(workflow).getBytes(StandardCharsets.UTF_8))
                .get("rules");
        return rules.stream().collect(Collectors.toMap(rule -> (String) ((Map<?, ?>) rule).get("id"), rule ->
                (Object) rule));
    }

    private static Workflow load(String dag, String output) {
        return Formats.load("dag.yaml", text(dag, output));
    }

    private static byte[] text(String dag, String output) {
        String nodes =
                Arrays.stream(dag.split("\n")).map(line -> "  " + line + "\n").collect(Collectors.joining());
        return """
                tal: 1
                workflow: media
                functions:
                  split: {replay: {runtime: 0s}, emits: {header: {kind: value, bytes: 1}, chunks: {kind: stream, bytes: 5, slices: 3}, d: {kind: value, bytes: 7}}}
                  probe: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                  encode: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                  merge: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                  thumb: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                  publish: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                dag:
                %s%s
                """.formatted(nodes, output).getBytes(StandardCharsets.UTF_8);
    }
}
