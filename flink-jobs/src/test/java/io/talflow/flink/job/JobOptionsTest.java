package io.talflow.flink.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The job's options")
class JobOptionsTest {
    @Test
    void comeFromArgumentsAndEnvironmentAndArgumentsWin() {
        Map<String, String> environment = Map.of(
                "TALFLOW_KAFKA", "environment:9092",
                "TALFLOW_GATEWAY", "https://environment:8090/",
                "TALFLOW_CHECKPOINT_INTERVAL_MS", "500",
                "TALFLOW_GATEWAY_TOKEN_FILE", "/run/token",
                "TALFLOW_GATEWAY_CA", "/run/ca");
        assertThat(JobOptions.parse(
                        environment,
                        "--kafka",
                        "argument:9092",
                        "--gateway-certificate",
                        "/run/job.pem",
                        "--gateway-key",
                        "/run/job.key"))
                .isEqualTo(new JobOptions(
                        "argument:9092",
                        "https://environment:8090",
                        10,
                        0,
                        500,
                        Optional.empty(),
                        Optional.of("/run/token"),
                        Optional.of("/run/ca"),
                        Optional.of("/run/job.pem"),
                        Optional.of("/run/job.key")));
    }

    @Test
    void showACertificateWithItsKeyByHttpsOnly() {
        assertThatThrownBy(() -> JobOptions.parse(
                        Map.of(), "--kafka", "k:1", "--gateway", "http://g:1", "--gateway-certificate", "/c"))
                .hasMessageContaining("options --gateway-certificate and --gateway-key go together")
                .hasMessageContaining("option --gateway-certificate needs an https --gateway, is http://g:1");
    }

    @Test
    void areAllCheckedAtOnce() {
        assertThatThrownBy(() -> JobOptions.parse(
                        Map.of(), "--gateway", "nowhere", "--parallelism", "two", "--colour", "red", "--checkpoints"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("option --colour is not known")
                .hasMessageContaining("option --checkpoints needs a value")
                .hasMessageContaining("option --kafka is missing")
                .hasMessageContaining("option --gateway must be a URL such as http://localhost:8090, is nowhere")
                .hasMessageContaining("option --parallelism must be a whole number, is two")
                .hasMessageContaining("Example: flink run");
    }
}
