package io.talflow.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That benchmarks run and print what they promise; how fast they are is not for a test. */
class BenchSmokeIT {
    @Test
    void theFloorPrintsOneJsonObjectWithItsMetrics() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        int exitCode = Bench.execute(
                new String[] {"floor", "--hops", "3", "--tasks", "5", "--warmup", "1", "--runs", "2", "--json"},
                new PrintWriter(out),
                new PrintWriter(err));

        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        Map<String, Object> report = Json.parseObject(out.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(report).containsOnlyKeys("bench", "parameters", "machine", "runs", "median");
        assertThat(report).containsEntry("bench", "floor");
        assertThat((List<?>) report.get("runs")).hasSize(2);
        assertThat((Map<?, ?>) report.get("median")).satisfies(median -> {
            for (String metric : List.of("task_p50_ms", "hop_p50_ms", "hop_p99_ms")) {
                assertThat((Double) median.get(metric)).as(metric).isPositive();
            }
        });
    }
}
