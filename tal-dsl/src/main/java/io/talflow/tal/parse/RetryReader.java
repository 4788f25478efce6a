package io.talflow.tal.parse;

import io.talflow.tal.model.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code errorEquals} and what {@code retry} makes of it, by the rules of Amazon States Language. */
public final class RetryReader {
    /** As in Amazon States Language. */
    private static final int MOST_ATTEMPTS = 99_999_999;

    private static final double STEEPEST = 1_000;
    private final Problems problems;

    public RetryReader(Problems problems) {
        this.problems = problems;
    }

    List<Retry> read(Fields function) {
        List<Retry> entries = new ArrayList<>();
        for (Fields entry : entries("retry", function)) {
            entry.allow("errorEquals", "interval", "maxAttempts", "backoffRate", "maxDelay", "jitter");
            List<String> errors = errors(entry, "retry");
            Duration interval = entry.duration("interval").orElse(Retry.DEFAULT_INTERVAL);
            int maxAttempts = (int) entry.whole("maxAttempts", Retry.DEFAULT_MAX_ATTEMPTS, 0, MOST_ATTEMPTS);
            double rate = backoffRate(entry);
            Optional<Duration> maxDelay = entry.duration("maxDelay");
            boolean jitter = jitter(entry);
            entries.add(new Retry(errors, interval, maxAttempts, rate, maxDelay, jitter));
        }
        return entries;
    }

    /** The entries of a {@code retry} or {@code catch}, those behind one that names every error told. */
    public List<Fields> entries(String key, Fields of) {
        if (!of.has(key)) {
            return List.of();
        }
        if (!(of.node(key) instanceof Node.Sequence list)) {
            problems.error(
                    "tal/not-a-list",
                    of.node(key).position(),
                    "%s: must be a list of {errorEquals: [ERROR], …}, is %s"
                            .formatted(key, of.node(key).kind()));
            return List.of();
        }
        List<Fields> entries = new ArrayList<>();
        boolean all = false;
        for (Node item : list.items()) {
            Optional<Fields> entry = Fields.of(item, "an entry of " + key, problems);
            if (entry.isPresent() && all) {
                problems.error(
                        "tal/never-asked",
                        item.position(),
                        "%s: the entry before this names ALL errors, so this is never asked".formatted(key));
            }
            entry.ifPresent(entries::add);
            all |= entry.isPresent() && namesAll(entry.get());
        }
        return entries;
    }

    private static boolean namesAll(Fields entry) {
        return entry.items("errorEquals").stream().anyMatch(name -> "ALL".equals(name.value()));
    }

    /** The names of errors an entry is about. */
    public List<String> errors(Fields entry, String what) {
        List<String> errors = new ArrayList<>();
        for (Node node : entry.items("errorEquals")) {
            if (node.value() instanceof String name && name.matches("[^\\s*]+\\*?")) {
                errors.add(name);
            } else {
                problems.error(
                        "tal/bad-error",
                        node.position(),
                        "errorEquals: must be names of errors, such as Timeout, Http.5xx, Card.*, ALL, is %s"
                                .formatted(node.kind()));
            }
        }
        if (entry.items("errorEquals").isEmpty()) {
            problems.error(
                    "tal/missing",
                    entry.position(),
                    "%s: 'errorEquals' is missing or empty; name errors: errorEquals: [Timeout], or [ALL]"
                            .formatted(what));
        } else if (errors.contains("ALL") && errors.size() > 1) {
            problems.error(
                    "tal/bad-error",
                    entry.node("errorEquals").position(),
                    "errorEquals: ALL names every error, so it stands alone");
        }
        return errors;
    }

    private double backoffRate(Fields entry) {
        if (!entry.has("backoffRate")) {
            return Retry.DEFAULT_BACKOFF_RATE;
        }
        Node node = entry.node("backoffRate");
        if (node.value() instanceof Number rate && rate.doubleValue() >= 1 && rate.doubleValue() <= STEEPEST) {
            return rate.doubleValue();
        }
        problems.error(
                "tal/bad-number",
                node.position(),
                "backoffRate: must be a number from 1 to %.0f, is %s".formatted(STEEPEST, node.kind()));
        return Retry.DEFAULT_BACKOFF_RATE;
    }

    private boolean jitter(Fields entry) {
        String jitter = entry.optionalText("jitter").orElse("none");
        if (!jitter.equals("full") && !jitter.equals("none")) {
            problems.error(
                    "tal/bad-jitter",
                    entry.node("jitter").position(),
                    "jitter: must be full or none, is '%s'".formatted(jitter));
        }
        return jitter.equals("full");
    }
}
