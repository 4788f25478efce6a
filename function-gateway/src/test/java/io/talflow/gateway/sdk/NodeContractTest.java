package io.talflow.gateway.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The function contract of the Node.js SDK")
class NodeContractTest extends SdkContract {
    private static final int OLDEST = 18;
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\..*");

    @Override
    SdkServer start(String handler) throws IOException {
        Optional<Integer> version = version();
        boolean serves = version.isPresent() && version.get() >= OLDEST;
        String reason = "the SDK needs node %d or newer, this machine has %s; ./talflow test --setup installs it"
                .formatted(OLDEST, version.map(Object::toString).orElse("none"));
        assertThat(serves || !"1".equals(System.getenv("TALFLOW_NODE_REQUIRED")))
                .as(reason)
                .isTrue();
        assumeTrue(serves, reason);
        return new SdkServer(
                List.of("node", "talflow/serve.js", "tests/%s.js".formatted(handler)), new File("sdk/node"), Map.of());
    }

    private static Optional<Integer> version() {
        try {
            Process node = new ProcessBuilder("node", "--version").start();
            String printed = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            Matcher version = VERSION.matcher(printed);
            return version.matches() ? Optional.of(Integer.parseInt(version.group(1))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    String handler() {
        return "contract_handler";
    }

    @Override
    String handlerFile() {
        return "contract_handler.js";
    }
}
