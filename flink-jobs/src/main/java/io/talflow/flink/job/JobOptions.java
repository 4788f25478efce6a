package io.talflow.flink.job;

import io.talflow.flink.dispatch.GatewayAccess;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Options of the job, from {@code --key value} arguments or {@code TALFLOW_KEY} in the environment; arguments win.
 *
 * @param kafka bootstrap servers
 * @param gateway base URL of a gateway: the one that takes firings while no node is known by {@code tal.nodes}
 * @param nodeTimeoutSeconds how long a node may say nothing, while others do, before it is given up
 * @param parallelism 0: the cluster's default
 * @param checkpointMillis time between checkpoints
 * @param checkpoints directory URI; empty: the cluster's
 * @param gatewayTokenFile on each TaskManager; empty: the gateway asks for no token
 * @param gatewayCa PEM file on each TaskManager; empty: what Java trusts
 */
public record JobOptions(
        String kafka,
        String gateway,
        int nodeTimeoutSeconds,
        int parallelism,
        long checkpointMillis,
        Optional<String> checkpoints,
        Optional<String> gatewayTokenFile,
        Optional<String> gatewayCa,
        Optional<String> gatewayCertificate,
        Optional<String> gatewayKey) {
    public static final String HELP = """
            OrchestratorJob: evaluates the triggers of every task.
              --kafka HOST:PORT[,…]          Kafka bootstrap servers                  (required)
              --gateway URL                  base URL of the function gateway         (required)
              --node-timeout-s N             default: 10
              --parallelism N                default: the cluster's
              --checkpoint-interval-ms N     default: 1000
              --checkpoints URI              checkpoint directory, default: the cluster's
              --gateway-token-file FILE      a file on each TaskManager with a token of role job
              --gateway-ca FILE              certificates in PEM, on each TaskManager, that an https gateway's must lead to
              --gateway-certificate FILE     the job's own in PEM, on each TaskManager, for a gateway with --job-ca
              --gateway-key FILE             its key, in PKCS #8 and PEM, without a password
            Each may come from the environment instead, as TALFLOW_KAFKA, TALFLOW_GATEWAY, …
            Example: flink run flink-jobs-0.1.0-job.jar --kafka broker:9092 --gateway http://gateway:8090
            """;

    private static final List<String> KEYS = List.of(
            "kafka",
            "gateway",
            "node-timeout-s",
            "parallelism",
            "checkpoint-interval-ms",
            "checkpoints",
            "gateway-token-file",
            "gateway-ca",
            "gateway-certificate",
            "gateway-key");

    /** @throws IllegalArgumentException that names the option and what it must be */
    public static JobOptions parse(String... args) {
        return parse(System.getenv(), args);
    }

    static JobOptions parse(Map<String, String> environment, String... args) {
        Map<String, String> values = new HashMap<>();
        for (String key : KEYS) {
            String name = "TALFLOW_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
            if (environment.containsKey(name)) {
                values.put(key, environment.get(name));
            }
        }
        List<String> wrong = new ArrayList<>();
        for (int at = 0; at < args.length; at += 2) {
            String key = args[at].startsWith("--") ? args[at].substring(2) : "";
            if (!KEYS.contains(key)) {
                wrong.add("option %s is not known".formatted(args[at]));
            } else if (at + 1 == args.length) {
                wrong.add("option %s needs a value".formatted(args[at]));
            } else {
                values.put(key, args[at + 1]);
            }
        }
        String kafka = required(values, "kafka", wrong);
        String gateway = required(values, "gateway", wrong);
        if (!gateway.isEmpty() && URI.create(gateway).getHost() == null) {
            wrong.add("option --gateway must be a URL such as http://localhost:8090, is " + gateway);
        }
        boolean shows = values.containsKey("gateway-certificate");
        if (shows != values.containsKey("gateway-key")) {
            wrong.add("options --gateway-certificate and --gateway-key go together");
        }
        if (shows && !gateway.startsWith("https:")) {
            wrong.add("option --gateway-certificate needs an https --gateway, is " + gateway);
        }
        long timeout = number(values, "node-timeout-s", 10, wrong);
        if (timeout < 3) {
            wrong.add("option --node-timeout-s must be 3 or more, is " + timeout);
        }
        long parallelism = number(values, "parallelism", 0, wrong);
        long interval = number(values, "checkpoint-interval-ms", 1000, wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong) + "\n" + HELP);
        }
        return new JobOptions(
                kafka,
                gateway.replaceAll("/+$", ""),
                (int) timeout,
                (int) parallelism,
                interval,
                Optional.ofNullable(values.get("checkpoints")),
                Optional.ofNullable(values.get("gateway-token-file")),
                Optional.ofNullable(values.get("gateway-ca")),
                Optional.ofNullable(values.get("gateway-certificate")),
                Optional.ofNullable(values.get("gateway-key")));
    }

    /** The gateways as the dispatcher calls them. */
    GatewayAccess access() {
        return new GatewayAccess(
                gateway,
                gatewayTokenFile.orElse(""),
                gatewayCa.orElse(""),
                gatewayCertificate.orElse(""),
                gatewayKey.orElse(""));
    }

    private static String required(Map<String, String> values, String key, List<String> wrong) {
        String value = values.getOrDefault(key, "");
        if (value.isBlank()) {
            wrong.add("option --%s is missing".formatted(key));
        }
        return value;
    }

    private static long number(Map<String, String> values, String key, long fallback, List<String> wrong) {
        String value = values.get(key);
        if (value == null) {
            return fallback;
        }
        if (value.matches("\\d{1,9}")) {
            return Long.parseLong(value);
        }
        wrong.add("option --%s must be a whole number, is %s".formatted(key, value));
        return fallback;
    }
}
