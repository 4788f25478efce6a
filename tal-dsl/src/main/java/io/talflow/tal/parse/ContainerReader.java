package io.talflow.tal.parse;

import io.talflow.tal.model.Container;
import io.talflow.tal.model.Container.Contract;
import io.talflow.tal.model.Container.Network;
import io.talflow.tal.model.Function.Executor;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code image} and {@code container} of a function. */
final class ContainerReader {
    private static final int MOST_PIDS = 32_768;
    private static final int MOST_CONTAINERS = 1_000;
    private static final int MOST_CALLS = 1_000;
    private static final double LEAST_CPUS = 0.01;
    private static final double MOST_CPUS = 1_024;
    private static final long LEAST_MIB = 8;
    private static final long MOST_MIB = 1024L * 1024;
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,7})(Mi|Gi)");
    /** A reference as registries know it: host, path, then a tag or a digest. */
    private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}(@sha256:[a-f0-9]{64})?");

    private static final Pattern FILE = Pattern.compile("(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");

    private final Problems problems;

    ContainerReader(Problems problems) {
        this.problems = problems;
    }

    Optional<Executor> read(Fields function) {
        String image = function.text("image");
        if (!IMAGE.matcher(image).matches()) {
            problems.error(
                    "tal/bad-image",
                    function.node("image").position(),
                    "image: must be the name of an OCI image, such as registry.example/encode:1.4, is '%s'"
                            .formatted(image));
            return Optional.empty();
        }
        Container container = function.fields("container").map(this::container).orElse(Container.DEFAULT);
        return Optional.of(new Executor.Image(image, container));
    }

    private Container container(Fields fields) {
        fields.allow(
                "contract",
                "code",
                "memory",
                "cpus",
                "pids",
                "network",
                "min",
                "max",
                "idle",
                "concurrency",
                "prewarm");
        Container otherwise = Container.DEFAULT;
        Contract contract = fields.has("contract") ? contract(fields) : otherwise.contract();
        int max = (int) fields.whole("max", otherwise.max(), 1, MOST_CONTAINERS);
        int concurrency = (int) fields.whole("concurrency", otherwise.concurrency(), 1, MOST_CALLS);
        if (contract == Contract.OPENWHISK && concurrency > 1) {
            problems.error(
                    "tal/bad-number",
                    fields.node("concurrency").position(),
                    "concurrency: must be 1, for an openwhisk container runs one call at a time, is " + concurrency);
        }
        return new Container(
                contract,
                code(fields, contract),
                memory(fields, otherwise.memoryBytes()),
                cpus(fields, otherwise.cpus()),
                (int) fields.whole("pids", otherwise.pids(), 1, MOST_PIDS),
                fields.has("network") ? network(fields) : otherwise.network(),
                (int) fields.whole("min", otherwise.min(), 0, max),
                max,
                fields.duration("idle").orElse(otherwise.idle()),
                concurrency,
                prewarm(fields, otherwise.prewarm()));
    }

    private boolean prewarm(Fields fields, boolean otherwise) {
        if (!fields.has("prewarm")) {
            return otherwise;
        }
        Node node = fields.node("prewarm");
        if (node.value() instanceof Boolean prewarm) {
            return prewarm;
        }
        problems.error(
                "tal/bad-prewarm", node.position(), "prewarm: must be true or false, is %s".formatted(node.kind()));
        return otherwise;
    }

    private Contract contract(Fields fields) {
        return switch (fields.text("contract")) {
            case "openwhisk" -> Contract.OPENWHISK;
            case "http" -> Contract.HTTP;
            default -> {
                problems.error(
                        "tal/bad-contract",
                        fields.node("contract").position(),
                        "contract: must be http or openwhisk, is %s"
                                .formatted(fields.node("contract").kind()));
                yield Contract.HTTP;
            }
        };
    }

    private Network network(Fields fields) {
        return switch (fields.text("network")) {
            case "open" -> Network.OPEN;
            case "runtime" -> Network.RUNTIME;
            default -> {
                problems.error(
                        "tal/bad-network",
                        fields.node("network").position(),
                        "network: must be runtime, which reaches the node's runtime API only, or open, is %s"
                                .formatted(fields.node("network").kind()));
                yield Network.RUNTIME;
            }
        };
    }

    private Optional<String> code(Fields fields, Contract contract) {
        Optional<String> code = fields.optionalText("code");
        if (code.isPresent()
                && (contract != Contract.OPENWHISK || !FILE.matcher(code.get()).matches())) {
            problems.error(
                    "tal/bad-code",
                    fields.node("code").position(),
                    "code: must be a path inside the workflow's folder, with contract: openwhisk, is '%s'"
                            .formatted(code.get()));
            return Optional.empty();
        }
        return code;
    }

    private long memory(Fields fields, long otherwise) {
        if (!fields.has("memory")) {
            return otherwise;
        }
        Matcher memory = MEMORY.matcher(fields.text("memory"));
        if (memory.matches()) {
            long mebibytes = Long.parseLong(memory.group(1)) * (memory.group(2).equals("Gi") ? 1024 : 1);
            if (mebibytes >= LEAST_MIB && mebibytes <= MOST_MIB) {
                return mebibytes * 1024 * 1024;
            }
        }
        problems.error(
                "tal/bad-memory",
                fields.node("memory").position(),
                "memory: must be from 8Mi to 1024Gi, such as 256Mi or 2Gi, is %s"
                        .formatted(fields.node("memory").kind()));
        return otherwise;
    }

    private double cpus(Fields fields, double otherwise) {
        if (!fields.has("cpus")) {
            return otherwise;
        }
        Node node = fields.node("cpus");
        if (node.value() instanceof Number cpus
                && cpus.doubleValue() >= LEAST_CPUS
                && cpus.doubleValue() <= MOST_CPUS) {
            return cpus.doubleValue();
        }
        problems.error(
                "tal/bad-number",
                node.position(),
                "cpus: must be a number from %s to %.0f, is %s".formatted(LEAST_CPUS, MOST_CPUS, node.kind()));
        return otherwise;
    }
}
