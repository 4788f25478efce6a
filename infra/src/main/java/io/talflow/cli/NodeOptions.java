package io.talflow.cli;

import io.talflow.gateway.GatewayOptions;
import io.talflow.gateway.Security;
import io.talflow.gateway.container.ImageSources;
import io.talflow.gateway.exec.Destinations;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @Option(
            names = "--secrets",
            paramLabel = "DIR",
            defaultValue = "${TALFLOW_SECRETS}",
            description = "A directory with a file for each secret that functions may be given.")
    private Path secrets;

    @Option(
            names = "--image-allow",
            paramLabel = "REGISTRY[/PATH],…",
            defaultValue = "${TALFLOW_IMAGE_ALLOW:-*}",
            description =
                    "Where images that are not on this machine may be pulled from; everywhere unless it is given.")
    private String imageAllow;

    /** For a gateway in this process. */
    UnaryOperator<GatewayOptions> gateway() {
        Destinations destinations;
        ImageSources images;
        try {
            destinations = Destinations.parse(httpAllow());
            images = ImageSources.parse(imageAllow);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.badInput(e.getMessage());
        }
        return options -> {
            Security security = options.security().withDestinations(destinations);
            return options.withSecurity(secrets == null ? security : security.withSecrets(secrets))
                    .withContainers(options.containers().withImages(images));
        };
    }

    /** For a gateway as a process. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("--http-allow", httpAllow(), "--image-allow", imageAllow));
        if (secrets != null) {
            arguments.addAll(List.of("--secrets", secrets.toAbsolutePath().toString()));
        }
        return arguments;
    }

    private String httpAllow() {
        return httpAllow.isBlank() ? "loopback" : "loopback," + httpAllow;
    }
}
