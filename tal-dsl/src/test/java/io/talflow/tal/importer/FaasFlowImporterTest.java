package io.talflow.tal.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.talflow.tal.Datasets;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.semantics.DagRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

@DisplayName("FaaSFlow's flat workflows")
class FaasFlowImporterTest {
    static List<Path> benchmarks() {
        return Datasets.files("faasflow/v1.1/benchmark", "flat_workflow.yaml");
    }

    @Test
    void areAllThere() {
        Datasets.folder("faasflow");
        assertThat(benchmarks()).hasSize(8);
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void haveTheEdgesOfNextAndRun(Path file) {
        Formats.Loaded loaded = Formats.loadWithWarnings(file.toString(), Datasets.read(file));
        assertThat(loaded.graph().edges()).doesNotHaveDuplicates();
        assertThat(Set.copyOf(loaded.graph().edges())).isEqualTo(nextEdges(file));
        DagRun run = DagRun.of(loaded.workflow(), Map.of(), 1);
        run.output();
        Set<String> settled = new HashSet<>(run.completed);
        settled.addAll(run.skipped);
        assertThat(settled).isEqualTo(Set.copyOf(loaded.graph().nodes()));
        Formats.load("registered.json", loaded.text().getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"cycles, 46, 52", "epigenomics, 45, 50", "genome, 50, 74", "soykb, 45, 77"})
    void haveTheEdgesOfTheSameWorkflowInWfFormat(String name, int tasks, int edges) {
        Path folder =
                Datasets.folder("faasflow").resolve("v1.1/benchmark/generator").resolve(name);
        Path flat = folder.resolve("flat_workflow.yaml");
        Path json = folder.resolve("main_50.json");
        Formats.Loaded loaded = Formats.loadWithWarnings(flat.toString(), Datasets.read(flat));
        Formats.Loaded oracle = Formats.loadWithWarnings(json.toString(), Datasets.read(json));
        assertThat(loaded.workflow().name()).isEqualTo(name);
        assertThat(loaded.graph().nodes()).hasSize(tasks);
        assertThat(lowerCase(loaded)).hasSize(edges).isEqualTo(lowerCase(oracle));
    }

    @Test
    void epigenomicsOfTheExperimentsIsOneWorkflowOf21TasksAnd23Edges() {
        for (Path file : Datasets.files(
                Datasets.folder("faasflow").getFileName() + "/v1.1/experiment/epigenomics", "main.json")) {
            if (Json.parse(Datasets.read(file)) instanceof Map<?, ?>) {
                Formats.Loaded loaded = Formats.loadWithWarnings(file.toString(), Datasets.read(file));
                assertThat(loaded.graph().nodes()).hasSize(21);
                assertThat(loaded.graph().edges()).hasSize(23);
            }
        }
    }

    @Test
    void aNodeBelowTwoSwitchesRunsOrIsSkipped() {
        Path file = Datasets.folder("faasflow").resolve("v1.1/benchmark/illgal_recognizer/flat_workflow.yaml");
        io.talflow.tal.model.Workflow workflow = Formats.load(file.toString(), Datasets.read(file));
        assertThat(workflow.name()).isEqualTo("illgal-recognizer");
        for (long seed = 0; seed < 20; seed++) {
            DagRun illegal = DagRun.of(workflow, Map.of("illegal_flag", true), seed);
            illegal.output();
            assertThat(illegal.invoked).contains("mosaic").doesNotHaveDuplicates();
            assertThat(illegal.skipped)
                    .containsExactlyInAnyOrder("extract", "translate", "word_censor", "virtual2", "END");
            DagRun legal = DagRun.of(workflow, Map.of("illegal_flag", false), seed);
            legal.output();
            assertThat(legal.invoked).contains("extract", "END").doesNotHaveDuplicates();
            assertThat(legal.skipped).containsExactly("mosaic");
        }
    }

    @Test
    void aForeachRunsAsManySlicesAsTheFileSays() {
        Path file = Datasets.folder("faasflow").resolve("v1.1/benchmark/video/flat_workflow.yaml");
        io.talflow.tal.model.Workflow workflow = Formats.load(file.toString(), Datasets.read(file));
        DagRun run = DagRun.of(workflow, Map.of("split", true), 7);
        run.output();
        assertThat(run.invoked).filteredOn("transcode"::equals).hasSize(3);
        assertThat(run.invoked).containsOnlyOnce("merge").doesNotContain("simple_process");
        Function transcode = workflow.functions().get("transcode");
        assertThat(transcode.executor()).isEqualTo(new Function.Executor.Replay(Duration.ofMillis(1740)));
        assertThat(transcode.emits().get("content").bytes()).isEqualTo(22694084);
        assertThat(DagRun.of(workflow, Map.of(), 7).skipped).containsExactlyInAnyOrder("split", "transcode", "merge");
    }

    @Test
    void theForeachOfTheExamplesAddsUpAfterEverySlice() {
        Path file = Datasets.folder("faasflow").resolve("v1.1/examples/foreach/flat_workflow.yaml");
        io.talflow.tal.model.Workflow workflow = Formats.load(file.toString(), Datasets.read(file));
        for (long seed = 0; seed < 20; seed++) {
            DagRun run = DagRun.of(workflow, Map.of("count", 3), seed);
            run.output();
            assertThat(run.invoked).containsExactly("rand", "square", "square", "square", "add");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 2 | virtual1,invalid | sub,sqrt",
                "2 | 1 | virtual1,sub,sqrt | invalid",
                "2 | 2 | virtual1,sub,sqrt | invalid"
            })
    void aSwitchRunsTheSideOfItsFirstConditionThatHoldsAndSkipsTheOthers(
            long first, long second, String runs, String skips) {
        Path file = Datasets.folder("faasflow").resolve("v1.1/examples/switch/flat_workflow.yaml");
        io.talflow.tal.model.Workflow workflow = Formats.load(file.toString(), Datasets.read(file));
        for (long seed = 0; seed < 20; seed++) {
            DagRun run = DagRun.of(workflow, Map.of("input1", first, "input2", second), seed);
            run.output();
            assertThat(run.invoked).containsExactly(runs.split(","));
            assertThat(run.skipped).containsExactlyInAnyOrder(skips.split(","));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"parallel"})
    void aMistypedKeyIsRefusedWhereItStands(String name) {
        Path file = Datasets.folder("faasflow")
                .resolve("v1.1/examples")
                .resolve(name)
                .resolve("flat_workflow.yaml");
        InvalidTal refused =
                catchThrowableOfType(InvalidTal.class, () -> Formats.load("flat_workflow.yaml", Datasets.read(file)));
        assertThat(refused.getMessage())
                .contains("flat_workflow.yaml:2:1: the document: key 'fuctions' is not known here")
                .contains("did you mean functions?");
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        InvalidTal refused = catchThrowableOfType(
                InvalidTal.class, () -> Formats.load("f.yaml", """
                        functions:
                        - name: a
                          output: {x: {type: pass, size: -1}}
                          next: {type: foreach, nodes: [b]}
                        - name: b
                          next: {type: switch, conditions: ["len(INPUT.x) > 2"], nodes: [a, c]}
                        - name: c
                          next: {type: loop, nodes: [a]}
                        - name: d
                          next: {type: switch, conditions: ["len(INPUT.x) > 2"], nodes: [cc]}
                        """.getBytes(StandardCharsets.UTF_8)));
        assertThat(refused.problems())
                .extracting(problem -> problem.code() + "@" + problem.position().line())
                .containsExactly(
                        "import/bad-amount@3",
                        "faasflow/no-keys@4",
                        "faasflow/bad-switch@6",
                        "faasflow/unknown-next@8",
                        "faasflow/bad-condition@10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "INPUT.x ~ (\"x\" in input && !(dyn(input[\"x\"]) in [false, 0, 0.0, \"\", null]))",
                "INPUT.a <= 3 and not INPUT.b == \"y\" ~ (\"a\" in input && dyn(input[\"a\"]) <= 3) && !((\"b\" in input && dyn(input[\"b\"]) == \"y\"))",
                "f.p != None ~ (\"f\" in results && \"p\" in results[\"f\"] && dyn(results[\"f\"][\"p\"]) != null)",
                "(INPUT.x or True) ~ ((\"x\" in input && !(dyn(input[\"x\"]) in [false, 0, 0.0, \"\", null])) || (!(true in [false, 0, 0.0, \"\", null])))",
            })
    void conditionsBecomeCel(String python, String cel) {
        assertThat(PythonCondition.toCel(python)).contains(cel);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "INPUT.x >", "x", "len(INPUT.x)", "INPUT.a in INPUT.b", "(INPUT.a", "INPUT.a; b.c"})
    void otherConditionsAreNotRead(String python) {
        assertThat(PythonCondition.toCel(python)).isEmpty();
    }

    /** The flat files spell in lower case what the JSON files spell in camel case. */
    private static Set<List<String>> lowerCase(Formats.Loaded loaded) {
        return loaded.graph().edges().stream()
                .map(edge ->
                        edge.stream().map(id -> id.toLowerCase(Locale.ROOT)).toList())
                .collect(Collectors.toSet());
    }

    @SuppressWarnings("unchecked")
    private static Set<List<String>> nextEdges(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(5_000);
        Map<String, Object> document = new Yaml(options).load(new String(Datasets.read(file), StandardCharsets.UTF_8));
        Set<List<String>> edges = new HashSet<>();
        for (Map<String, Object> function : (List<Map<String, Object>>) document.get("functions")) {
            if (function.get("next") instanceof Map<?, ?> next) {
                ((List<String>) next.get("nodes"))
                        .forEach(target -> edges.add(List.of((String) function.get("name"), target)));
            }
        }
        return edges;
    }
}
