package io.talflow.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void theMedianOfAnOddNumberOfRunsIsTheOneInTheMiddle() {
        assertThat(report(3, 1, 2).median()).containsEntry("task_p50_ms", 2.0);
    }

    @Test
    void theMedianOfAnEvenNumberOfRunsLiesBetweenTheTwoInTheMiddle() {
        assertThat(report(4, 1, 2, 9).median()).containsEntry("task_p50_ms", 3.0);
    }

    private static Report report(double... values) {
        return new Report(
                "x",
                Map.of(),
                java.util.Arrays.stream(values)
                        .mapToObj(value -> Map.of("task_p50_ms", value))
                        .toList());
    }
}
