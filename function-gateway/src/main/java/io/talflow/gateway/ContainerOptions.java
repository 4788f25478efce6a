package io.talflow.gateway;

import io.talflow.gateway.container.ImageSources;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a gateway runs image functions.
 *
 * @param engine the socket of a Docker Engine API; {@code auto}: where Docker or Podman has it; {@code none}: no engine
 * @param most places for containers; docs/functions.md says how they are shared
 * @param grace between SIGTERM and SIGKILL
 * @param subnets the first two numbers of the subnets of functions' networks, each of which has 254 addresses
 * @param port where the node listens in each of those; 0: any that is free
 * @param images where images may be pulled from
 */
public record ContainerOptions(String engine, int most, Duration grace, String subnets, int port, ImageSources images) {
    private static final Pattern SUBNETS = Pattern.compile("\\d{1,3}\\.\\d{1,3}");

    public ContainerOptions {
        GatewayOptions.atLeast("containers", most, 1);
        GatewayOptions.atLeast("container-port", port, 0);
        if (!SUBNETS.matcher(subnets).matches()) {
            throw new IllegalArgumentException(
                    "option --container-subnets must be the first two numbers of private addresses, such as 10.201, is %s"
                            .formatted(subnets));
        }
    }

    /** With any port, and images from everywhere. */
    public ContainerOptions(String engine, int most, Duration grace, String subnets) {
        this(engine, most, grace, subnets, 0, ImageSources.EVERYWHERE);
    }

    /** The defaults: the engine that is found, four containers a core, two seconds of grace, 10.201.0.0/16, images from everywhere. */
    public static ContainerOptions of() {
        return new ContainerOptions(
                "auto", 4 * Runtime.getRuntime().availableProcessors(), Duration.ofSeconds(2), "10.201");
    }

    public ContainerOptions withImages(ImageSources sources) {
        return new ContainerOptions(engine, most, grace, subnets, port, sources);
    }

    /** A gateway by itself pulls no image unless it is told from where. */
    static ContainerOptions parse(Map<String, String> values) {
        ContainerOptions defaults = of();
        return new ContainerOptions(
                values.getOrDefault("container-engine", defaults.engine()),
                GatewayOptions.number(values, "containers", defaults.most()),
                Duration.ofSeconds(GatewayOptions.number(values, "container-grace-seconds", (int)
                        defaults.grace().toSeconds())),
                values.getOrDefault("container-subnets", defaults.subnets()),
                GatewayOptions.number(values, "container-port", defaults.port()),
                ImageSources.parse(values.getOrDefault("image-allow", "")));
    }
}
