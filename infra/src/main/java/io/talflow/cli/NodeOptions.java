package io.talflow.cli;

import io.talflow.gateway.GatewayOptions;
import io.talflow.gateway.exec.Destinations;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** Options of the node of a stack that a command starts. */
final class NodeOptions {
    @Option(
            names = "--http-allow",
            paramLabel = "HOST[:PORT],…",
            defaultValue = "${TALFLOW_HTTP_ALLOW:-}",
            description =
                    "Where http functions may be beside public addresses and this machine: names, *.NAMES, addresses.")
    private String httpAllow;

    /** For a gateway in this process. */
    UnaryOperator<GatewayOptions> gateway() {
        Destinations destinations;
        try {
            destinations = Destinations.parse(httpAllow());
        } catch (IllegalArgumentException e) {
            throw CommandFailed.badInput(e.getMessage());
        }
        return options -> options.withSecurity(options.security().withDestinations(destinations));
    }

    /** For a gateway as a process. */
    List<String> arguments() {
        return List.of("--http-allow", httpAllow());
    }

    private String httpAllow() {
        return httpAllow.isBlank() ? "loopback" : "loopback," + httpAllow;
    }
}
