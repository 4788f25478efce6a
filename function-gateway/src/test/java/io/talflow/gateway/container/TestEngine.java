package io.talflow.gateway.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** This machine's container engine, for tests. Where there is none they are skipped, or fail if it was promised. */
public final class TestEngine {
    private TestEngine() {}

    public static Path socket() {
        Optional<Path> socket = EngineAddress.find("auto", System.getenv());
        if (socket.isEmpty()) {
            String reason =
                    "no container engine: infra/dev/containers.sh starts one, ./talflow test --setup does that too";
            if ("1".equals(System.getenv("TALFLOW_CONTAINERS_REQUIRED"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
        return socket.get();
    }

    public static DockerClient client() {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("unix://" + socket())
                .withDockerTlsVerify(false)
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }
}
