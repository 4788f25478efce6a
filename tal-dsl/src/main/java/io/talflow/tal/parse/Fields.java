package io.talflow.tal.parse;

import io.talflow.tal.model.Position;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Typed reads of a mapping whose keys come from a closed list. */
public final class Fields {
    private final Node.Mapping mapping;
    private final String what;
    private final Problems problems;

    /** @param what what messages call the mapping */
    public Fields(Node.Mapping mapping, String what, Problems problems) {
        this.mapping = mapping;
        this.what = what;
        this.problems = problems;
    }

    /** Reads a node as a mapping; nothing after reporting that it is none. */
    public static Optional<Fields> of(Node node, String what, Problems problems) {
        if (node instanceof Node.Mapping mapping) {
            return Optional.of(new Fields(mapping, what, problems));
        }
        problems.error(
                "tal/not-a-mapping", node.position(), "%s must be a mapping, is %s".formatted(what, node.kind()));
        return Optional.empty();
    }

    public Node.Mapping mapping() {
        return mapping;
    }

    public Position position() {
        return mapping.position();
    }

    public boolean has(String key) {
        return mapping.get(key) != null;
    }

    /** The same mapping without a key. */
    public Fields without(String key) {
        Map<String, Node> rest = new LinkedHashMap<>(mapping.fields());
        rest.remove(key);
        return new Fields(new Node.Mapping(rest, mapping.keys(), mapping.position()), what, problems);
    }

    /** The node of a key, or null. */
    public Node node(String key) {
        return mapping.get(key);
    }

    /** Reports every key that is not known here. */
    public void allow(String... known) {
        List<String> names = List.of(known);
        for (String key : mapping.fields().keySet()) {
            if (!names.contains(key)) {
                problems.error(
                        "tal/unknown-key",
                        mapping.keyPosition(key),
                        "%s: key '%s' is not known here%s".formatted(what, key, Names.suggestion(key, names)));
            }
        }
    }

    /** The one key of {@code heads} that is there; nothing after reporting none or several. */
    public Optional<String> head(Collection<String> heads) {
        List<String> found =
                mapping.fields().keySet().stream().filter(heads::contains).toList();
        if (found.size() == 1) {
            return Optional.of(found.get(0));
        }
        String words = String.join(", ", new TreeSet<>(heads));
        if (found.isEmpty()) {
            String first = mapping.fields().keySet().stream().findFirst().orElse("");
            problems.error(
                    "tal/no-head",
                    mapping.position(),
                    "%s must have one of: %s%s"
                            .formatted(what, words, first.isEmpty() ? "" : "; has '%s'".formatted(first)));
        } else {
            problems.error(
                    "tal/two-heads",
                    mapping.keyPosition(found.get(1)),
                    "%s must have exactly one of %s; has %s".formatted(what, words, String.join(" and ", found)));
        }
        return Optional.empty();
    }

    /** Text that must be there; empty text after reporting that it is not. */
    public String text(String key) {
        Node node = mapping.get(key);
        if (node == null) {
            problems.error("tal/missing", mapping.position(), "%s: '%s' is missing".formatted(what, key));
            return "";
        }
        return text(node, what + ": " + key);
    }

    public Optional<String> optionalText(String key) {
        return has(key) ? Optional.of(text(key)) : Optional.empty();
    }

    private String text(Node node, String name) {
        if (node instanceof Node.Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        problems.error("tal/not-text", node.position(), "%s must be text, is %s".formatted(name, node.kind()));
        return "";
    }

    /** A mapping under a key; nothing if it is absent, or after reporting that it is none. */
    public Optional<Fields> fields(String key) {
        return has(key) ? of(mapping.get(key), what + ": " + key, problems) : Optional.empty();
    }

    /** A duration of 1 ms to 10 years; nothing if it is absent, or after reporting that it is none. */
    public Optional<Duration> duration(String key) {
        return duration(key, Durations.SHORTEST);
    }

    /** @param least the shortest that is allowed */
    public Optional<Duration> duration(String key, Duration least) {
        if (!has(key)) {
            return Optional.empty();
        }
        Optional<Duration> duration = Durations.parse(mapping.get(key).value())
                .filter(read -> read.compareTo(least) >= 0 && read.compareTo(Durations.LONGEST) <= 0);
        if (duration.isEmpty()) {
            problems.error(
                    "tal/bad-duration",
                    mapping.get(key).position(),
                    "%s: must be a duration from %s to %s, such as 200ms, 60s, 15m, 1h, is %s"
                            .formatted(
                                    key,
                                    Durations.print(least),
                                    Durations.print(Durations.LONGEST),
                                    mapping.get(key).kind()));
        }
        return duration;
    }

    /** A whole number; {@code otherwise} if it is absent, or after reporting that it is none from least to most. */
    public long whole(String key, long otherwise, long least, long most) {
        Node node = mapping.get(key);
        if (node == null) {
            return otherwise;
        }
        if (node.value() instanceof Long number && number >= least && number <= most) {
            return number;
        }
        problems.error(
                "tal/bad-number",
                node.position(),
                "%s: must be a whole number from %d to %d, is %s".formatted(key, least, most, node.kind()));
        return otherwise;
    }

    /** True or false as they stand; {@code otherwise} if it is absent, or after reporting that it is neither. */
    public boolean flag(String key, boolean otherwise) {
        Node node = mapping.get(key);
        if (node == null) {
            return otherwise;
        }
        if (node.value() instanceof Boolean flag) {
            return flag;
        }
        problems.error(
                "tal/not-a-flag", node.position(), "%s: must be true or false, is %s".formatted(key, node.kind()));
        return otherwise;
    }

    /** A list under a key; a single item counts as a list of one. */
    public List<Node> items(String key) {
        Node node = mapping.get(key);
        if (node == null) {
            return List.of();
        }
        return node instanceof Node.Sequence sequence ? sequence.items() : List.of(node);
    }
}
