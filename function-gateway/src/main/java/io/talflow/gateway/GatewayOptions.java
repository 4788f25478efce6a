package io.talflow.gateway;

import io.talflow.tal.event.NodeReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a gateway runs. From the command line {@code --key value}, or from the environment {@code TALFLOW_KEY}, the
 * dashes as underscores; the command line wins.
 *
 * @param kafka bootstrap servers
 * @param data directory of journal, view, bundles and logs; one gateway owns it
 * @param port 0 takes a free one
 * @param advertise base URL by which functions elsewhere reach this gateway; empty: by its host and port
 * @param nodeId the name in {@code talnode}
 * @param control address of the gateway that has bundles this one misses; empty: none but its own
 * @param partitions of {@code tal.events}, {@code tal.tasks} and {@code tal.history}, if they are to be created
 * @param python command of the interpreter
 * @param pythonServers places of Python functions, and as many of commands; docs/functions.md says how they are shared
 * @param pythonIdle after which a function server that has nothing to do ends
 * @param security whom it serves
 * @param containers how image functions run
 * @param draining how it leaves the others
 * @param values how the data proxy keeps values
 */
public record GatewayOptions(
        String kafka,
        Path data,
        String host,
        int port,
        String advertise,
        String nodeId,
        String control,
        int partitions,
        String python,
        int pythonServers,
        Duration pythonIdle,
        Security security,
        ContainerOptions containers,
        Draining draining,
        ValueOptions values) {
    private static final Set<String> KEYS = Set.of(
            "kafka",
            "data",
            "host",
            "port",
            "advertise",
            "node-id",
            "control",
            "partitions",
            "python",
            "python-servers",
            "python-idle-seconds",
            "drain-seconds",
            "tokens",
            "insecure",
            "peer-token-file",
            "http-allow",
            "secrets",
            "tls-certificate",
            "tls-key",
            "job-ca",
            "peer-ca",
            "container-engine",
            "containers",
            "container-grace-seconds",
            "container-subnets",
            "container-port",
            "image-allow",
            "data-memory-mb",
            "data-disk-mb",
            "data-remote",
            "data-keep-seconds",
            "data-patience-seconds",
            "peers");
    /** Options without a value. */
    private static final Set<String> FLAGS = Set.of("insecure");

    /**
     * How a node leaves.
     *
     * @param patience how long functions may go on after SIGTERM; then they are handed back
     */
    public record Draining(Duration patience) {
        static final Draining DEFAULT = new Draining(Duration.ofSeconds(20));
    }

    public GatewayOptions {
        Objects.requireNonNull(kafka, "kafka");
        data = data.toAbsolutePath().normalize();
        if (!NodeReport.isValidId(nodeId)) {
            throw new IllegalArgumentException(
                    "option --node-id must be 1 to 63 of A-Z a-z 0-9 . _ -, is '%s'".formatted(nodeId));
        }
        atLeast("port", port, 0);
        atLeast("partitions", partitions, 1);
        atLeast("python-servers", pythonServers, 1);
    }

    /** The defaults: loopback, a free port, node {@code node-1}, twice as many function servers as cores. */
    public static GatewayOptions of(String kafka, Path data) {
        return new GatewayOptions(
                kafka,
                data,
                "127.0.0.1",
                0,
                "",
                "node-1",
                "",
                4,
                "python3",
                2 * Runtime.getRuntime().availableProcessors(),
                Duration.ofMinutes(5),
                Security.LOOPBACK_ONLY,
                ContainerOptions.of(),
                Draining.DEFAULT,
                ValueOptions.DEFAULT);
    }

    public GatewayOptions withPort(int port) {
        return with(changed -> changed.port = port);
    }

    public GatewayOptions withNodeId(String nodeId) {
        return with(changed -> changed.nodeId = nodeId);
    }

    public GatewayOptions withDraining(Draining draining) {
        return with(changed -> changed.draining = draining);
    }

    public GatewayOptions withControl(String control) {
        return with(changed -> changed.control = control);
    }

    public GatewayOptions withPython(int servers, Duration idle) {
        return with(changed -> {
            changed.pythonServers = servers;
            changed.pythonIdle = idle;
        });
    }

    /** @param host address to listen at; other than loopback needs authentication */
    public GatewayOptions withHost(String host) {
        return with(changed -> changed.host = host);
    }

    public GatewayOptions withSecurity(Security security) {
        return with(changed -> changed.security = security);
    }

    public GatewayOptions withContainers(ContainerOptions containers) {
        return with(changed -> changed.containers = containers);
    }

    public GatewayOptions withValues(ValueOptions values) {
        return with(changed -> changed.values = values);
    }

    private GatewayOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return new GatewayOptions(
                kafka,
                data,
                changed.host,
                changed.port,
                advertise,
                changed.nodeId,
                changed.control,
                partitions,
                python,
                changed.pythonServers,
                changed.pythonIdle,
                changed.security,
                changed.containers,
                changed.draining,
                changed.values);
    }

    /** What a {@code with} may change. */
    private static final class Changed {
        private String host;
        private int port;
        private String nodeId;
        private String control;
        private int pythonServers;
        private Duration pythonIdle;
        private Security security;
        private ContainerOptions containers;
        private Draining draining;
        private ValueOptions values;

        Changed(GatewayOptions options) {
            host = options.host;
            port = options.port;
            nodeId = options.nodeId;
            control = options.control;
            pythonServers = options.pythonServers;
            pythonIdle = options.pythonIdle;
            security = options.security;
            containers = options.containers;
            draining = options.draining;
            values = options.values;
        }
    }

    /** @throws IllegalArgumentException that names the option and the rule */
    static GatewayOptions parse(String[] arguments, Map<String, String> environment) {
        Map<String, String> values = new HashMap<>();
        for (String key : KEYS) {
            String value =
                    environment.get("TALFLOW_" + key.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (value != null) {
                values.put(key, value);
            }
        }
        for (int i = 0; i < arguments.length; i += 2) {
            String key = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException("unknown option %s; known: %s".formatted(arguments[i], KEYS));
            }
            if (FLAGS.contains(key)) {
                values.put(key, "true");
                i--;
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("option %s needs a value".formatted(arguments[i]));
            }
            values.put(key, arguments[i + 1]);
        }
        if (!values.containsKey("kafka")) {
            throw new IllegalArgumentException("option --kafka HOST:PORT is required");
        }
        GatewayOptions defaults = of(values.get("kafka"), Path.of(values.getOrDefault("data", ".talflow/gateway")));
        return new GatewayOptions(
                defaults.kafka,
                defaults.data,
                values.getOrDefault("host", defaults.host),
                number(values, "port", 8480),
                values.getOrDefault("advertise", ""),
                values.getOrDefault("node-id", defaults.nodeId),
                values.getOrDefault("control", ""),
                number(values, "partitions", defaults.partitions),
                values.getOrDefault("python", defaults.python),
                number(values, "python-servers", defaults.pythonServers),
                Duration.ofSeconds(number(values, "python-idle-seconds", 300)),
                Security.parse(values, defaults.data),
                ContainerOptions.parse(values),
                new Draining(Duration.ofSeconds(number(values, "drain-seconds", 20))),
                ValueOptions.parse(values));
    }

    static int number(Map<String, String> values, String key, int otherwise) {
        String value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("option --%s must be a number, is %s".formatted(key, value), e);
        }
    }

    static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("option --%s must be %d or more, is %d".formatted(key, least, value));
        }
    }
}
