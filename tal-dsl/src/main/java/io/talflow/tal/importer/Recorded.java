package io.talflow.tal.importer;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import io.talflow.tal.model.Function.Executor;
import io.talflow.tal.model.Position;
import io.talflow.tal.parse.Durations;
import io.talflow.tal.parse.Fields;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What importers of recorded workflows share: replayed functions, sizes, names. */
final class Recorded {
    private static final int LONGEST_NAME = 63;
    private final ImportOptions options;
    private final Problems problems;

    Recorded(ImportOptions options, Problems problems) {
        this.options = options;
        this.problems = problems;
    }

    /** A function that takes the recorded time, and is given twice that before it is late. */
    Function replay(String name, double seconds, Collection<Datum> emits, Position position) {
        Duration runtime = scaled(seconds);
        Duration twice = runtime.multipliedBy(2);
        Duration timeout = twice.compareTo(Durations.LONGEST) > 0 ? Durations.LONGEST : twice;
        return Function.of(
                name,
                new Executor.Replay(runtime),
                byName(emits),
                timeout.compareTo(Function.DEFAULT_TIMEOUT) > 0 ? timeout : Function.DEFAULT_TIMEOUT,
                position);
    }

    /** A function that only passes on that it was reached. */
    static Function noOp(String name, Position position) {
        return Function.of(name, new Executor.Replay(Duration.ZERO), Map.of(), Function.DEFAULT_TIMEOUT, position);
    }

    /** Milliseconds: the grain in which runtimes are scaled and replayed. */
    private Duration scaled(double seconds) {
        double millis = Math.min(seconds * options.timeScale() * 1e3, (double) Durations.LONGEST.toMillis());
        Duration runtime = Duration.ofMillis(Math.round(millis));
        return runtime.compareTo(Durations.SHORTEST) < 0 ? Durations.SHORTEST : runtime;
    }

    private static Map<String, Datum> byName(Collection<Datum> emits) {
        Map<String, Datum> named = new LinkedHashMap<>();
        emits.forEach(datum -> named.put(datum.name(), datum));
        return named;
    }

    /** A number of 0 or more; empty if there is none, or after reporting that it is not one. */
    OptionalDouble amount(Fields fields, String key) {
        Node node = fields.node(key);
        if (node == null || node.value() == null) {
            return OptionalDouble.empty();
        }
        if (node.value() instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() < 1e18) {
            return OptionalDouble.of(number.doubleValue());
        }
        problems.error(
                "import/bad-amount",
                node.position(),
                "%s: must be a number of 0 or more, is %s".formatted(key, node.kind()));
        return OptionalDouble.empty();
    }

    /** Whole bytes; -1 where the file does not say. */
    long bytes(Fields fields, String key) {
        OptionalDouble amount = amount(fields, key);
        return amount.isPresent() ? Math.round(amount.getAsDouble()) : -1;
    }

    /** The DNS label nearest to a name. */
    static String workflowName(String name) {
        String label = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        label = label.substring(0, Math.min(label.length(), LONGEST_NAME)).replaceAll("^-+|-+$", "");
        return label.isEmpty() ? "imported" : label;
    }
}
