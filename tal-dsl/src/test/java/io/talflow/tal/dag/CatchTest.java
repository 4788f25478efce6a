package io.talflow.tal.dag;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.dag.Dag.Catch;
import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Join;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import io.talflow.tal.semantics.DagRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A failure that a DAG catches")
class CatchTest {
    private static final String TWO_WAYS = """
            publish: {catch: [{errorEquals: [Timeout, Http.5xx], next: retreat}, {errorEquals: ["Disk.*"], next: clean}]}
            announce: {invoke: f, needs: [publish]}
            retreat: {invoke: f}
            clean: {invoke: f}
            after: {invoke: f, needs: [clean]}
            """;

    @ParameterizedTest(name = "{0} leads to {1}")
    @CsvSource({
        "Timeout, publish retreat",
        "Http.503, publish retreat",
        "Disk.Full, publish clean after",
        "'', publish announce"
    })
    void leadsWhereTheFirstEntryThatNamesItSays(String error, String invoked) {
        for (long seed = 0; seed < 10; seed++) {
            DagRun run =
                    DagRun.of(load(TWO_WAYS), Map.of(), error.isEmpty() ? Map.of() : Map.of("publish", error), seed);
            run.output();
            assertThat(run.invoked).containsExactlyInAnyOrder(invoked.split(" "));
            assertThat(run.invoked).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Http.50", "Http.5000", "Http.404", "Timeouts", "Dis"})
    void thatNoEntryNamesFailsTheTask(String error) {
        DagRun run = DagRun.of(load(TWO_WAYS), Map.of(), Map.of("publish", error), 1);
        assertThat(run.status).containsEntry("status", "FAILED");
        assertThat(run.invoked).containsExactly("publish");
    }

    @Test
    void settlesItsNodeAndIsTheInputOfTheNext() {
        DagRun run = DagRun.of(load("""
                publish: {catch: [{errorEquals: [ALL], next: clean}]}
                other: {invoke: f}
                clean: {invoke: f}
                both: {invoke: f, needs: [publish, other]}
                """), Map.of(), Map.of("publish", "X"), 1);
        assertThat(run.output()).isEqualTo(Json.parse("{\"clean\": {}, \"both\": {}}"));
        assertThat(Json.parse(run.inputs.get("clean")))
                .isEqualTo(Json.parse("{\"error\": {\"error\": \"X\", \"message\": \"as the test says\"}}"));
        assertThat(run.inputs.get("both")).isEqualTo("{\"publish\":null,\"other\":{}}");
    }

    @Test
    void ofSlicesLeavesNullInTheirPlacesAndLeadsOnOnce() {
        Workflow workflow = load("""
                split: {}
                encode: {invoke: f, foreach: split.chunks, catch: [{errorEquals: [ALL], next: report}]}
                merge: {invoke: f, needs: [encode]}
                report: {invoke: f}
                """);
        for (long seed = 0; seed < 10; seed++) {
            DagRun caught = DagRun.of(workflow, Map.of(), Map.of("encode", "X"), seed);
            caught.output();
            assertThat(caught.inputs.get("merge")).isEqualTo("{\"encode\":[null,null,null]}");
            assertThat(caught.invoked).containsOnlyOnce("report").containsOnlyOnce("merge");
            DagRun fine = DagRun.of(workflow, Map.of(), seed);
            assertThat(fine.output()).isEqualTo(Json.parse("{\"merge\": {}, \"report\": null}"));
            assertThat(fine.skipped).containsExactly("report");
        }
    }

    @Test
    void byAnIfThatIsFalseSkipsTheNextAsWell() {
        DagRun run = DagRun.of(load("""
                publish: {catch: [{errorEquals: [ALL], next: clean}]}
                clean: {invoke: f, if: "${ event.data.error == 'Y' }"}
                """), Map.of(), Map.of("publish", "X"), 1);
        run.output();
        assertThat(run.invoked).containsExactly("publish");
        assertThat(run.skipped).containsExactlyInAnyOrder("publish", "clean");
    }

    /** Layers of nodes, of which some fail; errors lead to shared targets, and more nodes come after those. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void inRandomGraphsRunsWhatTheNaiveOracleRuns(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 15; round++) {
            Map<String, String> errors = new HashMap<>();
            Dag dag = random(random, errors);
            String what = "seed %d, round %d: %s %s".formatted(seed, round, dag.graph(), errors);
            Workflow workflow =
                    DagConverter.convert(dag, new Problems("random")).orElseThrow();
            Set<String> live = new HashSet<>();
            Set<String> caught = new HashSet<>();
            oracle(dag, errors, live, caught);
            for (int order = 0; order < 3; order++) {
                DagRun run = DagRun.of(workflow, Map.of(), errors, random.nextLong());
                assertThat(run.status).as(what).containsEntry("status", "COMPLETED");
                assertThat(run.invoked).as(what).containsExactlyInAnyOrderElementsOf(live);
                Set<String> settled = new HashSet<>(dag.nodes().keySet());
                settled.removeAll(live);
                settled.addAll(caught);
                assertThat(run.skipped).as(what).isEqualTo(settled);
            }
        }
    }

    private static void oracle(Dag dag, Map<String, String> errors, Set<String> live, Set<String> caught) {
        Set<String> targets = new HashSet<>();
        for (Dag.Node node : dag.nodes().values()) {
            boolean reached = dag.caughtBy().contains(node.name())
                    ? targets.contains(node.name())
                    : node.needs().isEmpty()
                            || node.needs().stream()
                                    .anyMatch(edge -> live.contains(edge.from()) && !caught.contains(edge.from()));
            if (!reached) {
                continue;
            }
            live.add(node.name());
            if (errors.containsKey(node.name())) {
                caught.add(node.name());
                targets.add(node.catches().stream()
                        .filter(entry -> entry.errorEquals().contains("ALL")
                                || entry.errorEquals().contains(errors.get(node.name())))
                        .findFirst()
                        .orElseThrow()
                        .next());
            }
        }
    }

    private static Dag random(Random random, Map<String, String> errors) {
        Map<String, Dag.Node> nodes = new LinkedHashMap<>();
        int first = 2 + random.nextInt(6);
        for (int index = 0; index < first; index++) {
            String name = "n" + index;
            List<Catch> catches = new ArrayList<>();
            if (random.nextBoolean()) {
                catches.add(new Catch(List.of("A"), "t" + random.nextInt(2), Position.NONE));
                catches.add(new Catch(List.of("ALL"), "t" + random.nextInt(2), Position.NONE));
            }
            if (!catches.isEmpty() && random.nextBoolean()) {
                errors.put(name, random.nextBoolean() ? "A" : "B");
            }
            nodes.put(name, node(name, edges(nodes.keySet(), random), catches));
        }
        nodes.put("t0", node("t0", List.of(), List.of()));
        nodes.put("t1", node("t1", List.of(), List.of()));
        for (int index = 0; index < 3; index++) {
            List<Edge> needs = edges(nodes.keySet(), random);
            nodes.put("m" + index, node("m" + index, needs, List.of()));
        }
        Function function = Function.of(
                "f", new Function.Executor.Replay(Duration.ZERO), Map.of(), Function.DEFAULT_TIMEOUT, Position.NONE);
        return new Dag("random", Map.of(), Map.of("f", function), nodes, new Dag.Output.OfSinks(), Position.NONE);
    }

    private static List<Edge> edges(Set<String> names, Random random) {
        List<Edge> edges = new ArrayList<>();
        for (String from : names) {
            if (random.nextInt(3) == 0) {
                edges.add(Edge.control(from, Position.NONE));
            }
        }
        return edges;
    }

    private static Dag.Node node(String name, List<Edge> needs, List<Catch> catches) {
        return new Dag.Node(
                name,
                "f",
                needs,
                Join.ALL,
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                catches,
                Position.NONE);
    }

    private static Workflow load(String dag) {
        String nodes = dag.indent(2);
        return Formats.load("dag.yaml", """
                tal: 1
                workflow: media
                functions:
                  split: {replay: {runtime: 0s}, emits: {chunks: {kind: stream, bytes: 5, slices: 3}}}
                  publish: {replay: {runtime: 0s}}
                  f: {replay: {runtime: 0s}}
                dag:
                """.concat(nodes).getBytes(StandardCharsets.UTF_8));
    }
}
