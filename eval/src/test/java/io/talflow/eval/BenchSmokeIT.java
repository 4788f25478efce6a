package io.talflow.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.container.EngineAddress;
import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That benchmarks run and print what they promise; how fast they are is not for a test. */
@DisplayName("A benchmark")
class BenchSmokeIT {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    floor --hops 3 --tasks 5 --warmup 1 --runs 2 | task_p50_ms hop_p50_ms hop_p99_ms
                    chain --hops 2 --tasks 2 --warmup 1 --runs 1 | task_p50_ms hop_p50_ms hop_p99_ms floor_ratio process_task_p50_ms
                    load --inflight 2,3 --hops 2 --warmup 1 --seconds 1 --runs 1 | inflight_2_invocations_per_second inflight_3_invocations_per_second process_inflight_2_invocations_per_second
                    fanout --width 2,20 --warmup 1 --runs 1 | width_2_p50_ms width_20_p50_ms
                    join --width 2,20 --bodies 40 --warmup 1 --before 2 --stack-warmup 1 --runs 1 | cost_ratio us_per_event_20 longest_step_ms width_2_end_to_end_ms width_20_end_to_end_ms
                    ingest --rules 2 --count 5 --events 20 --warmup-events 10 --cold-events 10 --one-task-events 10 --runs 1 | events_per_second cold_events_per_second one_task_events_per_second floor_ratio
                    overlap --slices 3 --produce-ms 150 --body-ms 50 --tasks 1 --warmup 1 --runs 1 | makespan_over_ideal slice_to_start_p50_ms speedup_over_control_flow
                    overload --inflight 2 --hops 2 --events 20000 --starts 500 --warmup 1 --seconds 1 --runs 1 | calm_task_p99_ms events_p99_ratio starts_p99_ratio
                    idle --tasks 20 --wakes 3 --warmup 2 --runs 1 | heap_bytes_per_task state_bytes_per_task wake_p50_ms
                    data --sizes 65537,2000000 --warmup 0 --runs 1 | local_over_cp direct_over_tcp remote_mb_per_second
                    data --grid --sizes 1024,131072 --fan-out 1,2 --runs 1 | same_1k_x1_event_ms same_128k_x2_local_ms other_128k_x2_direct_ms other_128k_x2_remote_ms local_wins choice_over_best_max
                    invoke --calls 5 --inflight 4 --warmup 1 --seconds 1 --no-container --runs 1 | process_p50_ms process_inflight_4_per_second
                    """)
    void printsOneJsonObjectWithItsMetrics(String arguments, String metrics) {
        String bench = arguments.substring(0, arguments.indexOf(' '));

        Map<String, Object> report = run(arguments + " --json");

        assertThat(report).containsOnlyKeys("bench", "parameters", "machine", "runs", "median");
        assertThat(report).containsEntry("bench", bench);
        assertThat((List<?>) report.get("runs")).hasSize(arguments.contains("--runs 2") ? 2 : 1);
        Map<?, ?> median = (Map<?, ?>) report.get("median");
        assertThat(median.keySet()).map(String::valueOf).contains(metrics.split(" "));
        assertThat(median.values())
                .allSatisfy(value -> assertThat((Double) value).isFinite());
    }

    @Test
    void measuresColdStartsBesideTheEnginesOwn() {
        boolean engine = EngineAddress.find("auto", System.getenv()).isPresent();
        assertThat(engine || !"1".equals(System.getenv("TALFLOW_CONTAINERS_REQUIRED")))
                .as("a container engine")
                .isTrue();
        Assumptions.assumeTrue(engine, "no container engine: infra/dev/containers.sh starts one");

        Map<?, ?> median =
                (Map<?, ?>) run("coldstart --starts 1 --runs 1 --json").get("median");

        assertThat(median.keySet())
                .map(String::valueOf)
                .contains("container_p50_ms", "process_p50_ms", "container_over_engine_run");
    }

    @Test
    void recordsWhatItMeasures(@TempDir Path folder) throws Exception {
        Path recording = folder.resolve("join.jfr");

        run("join --width 2 --bodies 10 --warmup 0 --before 2 --no-end-to-end --runs 1 --json --jfr " + recording);

        assertThat(Files.size(recording)).isPositive();
    }

    private static Map<String, Object> run(String arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Bench.execute(arguments.split(" "), new PrintWriter(out), new PrintWriter(err));
        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        return Json.parseObject(out.toString().getBytes(StandardCharsets.UTF_8));
    }
}
