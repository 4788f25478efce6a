package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.container.ImageSources;
import io.talflow.gateway.exec.Destinations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatewayOptionsTest {
    @Test
    void mapsEveryOption() {
        String[] arguments = {
            "--kafka",
            "k:1",
            "--data",
            "/d",
            "--host",
            "0.0.0.0",
            "--port",
            "7",
            "--advertise",
            "http://here",
            "--node-id",
            "n",
            "--control",
            "http://c",
            "--partitions",
            "9",
            "--python",
            "py",
            "--python-servers",
            "3",
            "--python-idle-seconds",
            "11",
            "--drain-seconds",
            "12",
            "--tokens",
            "/t",
            "--peer-token-file",
            "/p",
            "--http-allow",
            "in.house:80",
            "--secrets",
            "/s",
            "--tls-certificate",
            "/c",
            "--tls-key",
            "/k",
            "--job-ca",
            "/j",
            "--peer-ca",
            "/a",
            "--container-engine",
            "/e.sock",
            "--containers",
            "5",
            "--container-grace-seconds",
            "6",
            "--container-subnets",
            "10.7",
            "--container-port",
            "8490",
            "--image-allow",
            "docker.io/library",
            "--data-memory-mb",
            "12",
            "--data-disk-mb",
            "13",
            "--data-remote",
            "file:///mnt",
            "--data-keep-seconds",
            "14",
            "--data-patience-seconds",
            "15",
            "--peers",
            "a=http://a:1,b=https://b:2"
        };
        assertThat(GatewayOptions.parse(arguments, Map.of()))
                .isEqualTo(new GatewayOptions(
                        "k:1",
                        Path.of("/d"),
                        "0.0.0.0",
                        7,
                        "http://here",
                        "n",
                        "http://c",
                        9,
                        "py",
                        3,
                        Duration.ofSeconds(11),
                        Security.of(Path.of("/t"))
                                .withTls(new Security.Tls(Path.of("/c"), Path.of("/k"), Optional.of(Path.of("/j"))))
                                .withPeers(new PeerAccess(Optional.of(Path.of("/p")), Optional.of(Path.of("/a"))))
                                .withDestinations(Destinations.parse("in.house:80"))
                                .withSecrets(Path.of("/s")),
                        new ContainerOptions(
                                "/e.sock",
                                5,
                                Duration.ofSeconds(6),
                                "10.7",
                                8490,
                                ImageSources.parse("docker.io/library")),
                        new GatewayOptions.Draining(Duration.ofSeconds(12)),
                        new ValueOptions(
                                12L << 20,
                                13L << 20,
                                "file:///mnt",
                                Duration.ofSeconds(14),
                                Duration.ofSeconds(15),
                                Map.of("a", "http://a:1", "b", "https://b:2"))));
    }

    @Test
    void authenticatesUnlessItIsToldNotTo() {
        String[] plain = {"--kafka", "k:1", "--data", "/d"};
        assertThat(GatewayOptions.parse(plain, Map.of()).security()).isEqualTo(Security.of(Path.of("/d/tokens.json")));
        String[] open = {"--insecure", "--kafka", "k:1"};
        Security insecure = GatewayOptions.parse(open, Map.of()).security();
        assertThat(insecure.authenticates()).isFalse();
        assertThat(insecure.insecure()).isTrue();
        assertThat(GatewayOptions.parse(plain, Map.of("TALFLOW_INSECURE", "true"))
                        .security())
                .isEqualTo(insecure);
        assertThatThrownBy(() ->
                        GatewayOptions.parse(new String[] {"--kafka", "k:1", "--insecure", "--tokens", "/t"}, Map.of()))
                .hasMessageContaining("--insecure");
    }

    @Test
    void pullsNoImageUnlessItIsToldFromWhere() {
        assertThat(GatewayOptions.parse(new String[] {"--kafka", "k:1"}, Map.of())
                        .containers()
                        .images())
                .isEqualTo(ImageSources.NOWHERE);
        assertThat(GatewayOptions.of("k:1", Path.of("/d")).containers().images())
                .as("in a stack of this process")
                .isEqualTo(ImageSources.EVERYWHERE);
    }

    @Test
    void takesTheEnvironmentWhereTheCommandLineIsSilent() {
        Map<String, String> environment = Map.of("TALFLOW_KAFKA", "env:1", "TALFLOW_NODE_ID", "from-env");
        GatewayOptions options = GatewayOptions.parse(new String[] {"--kafka", "line:1"}, environment);
        assertThat(options.kafka()).isEqualTo("line:1");
        assertThat(options.nodeId()).isEqualTo("from-env");
        assertThat(options.host()).isEqualTo("127.0.0.1");
    }

    @Test
    void namesTheOptionThatIsWrong() {
        assertThatThrownBy(() -> GatewayOptions.parse(new String[] {"--kafak", "x"}, Map.of()))
                .hasMessageContaining("--kafak");
        assertThatThrownBy(() -> GatewayOptions.parse(new String[] {"--kafka"}, Map.of()))
                .hasMessageContaining("needs a value");
        assertThatThrownBy(() -> GatewayOptions.parse(new String[] {"--kafka", "x", "--port", "y"}, Map.of()))
                .hasMessageContaining("--port");
        assertThatThrownBy(() -> GatewayOptions.parse(new String[] {"--kafka", "x", "--peers", "a:1"}, Map.of()))
                .hasMessageContaining("--peers must be NODE=http://HOST:PORT");
        assertThatThrownBy(() -> GatewayOptions.parse(new String[] {"--kafka", "x", "--job-ca", "/j"}, Map.of()))
                .hasMessageContaining("--tls-certificate");
        assertThatThrownBy(() -> GatewayOptions.parse(new String[0], Map.of())).hasMessageContaining("--kafka");
    }
}
