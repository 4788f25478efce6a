package io.talflow.tal.parse;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import io.talflow.tal.model.Function.Executor;
import io.talflow.tal.model.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an entry of {@code functions}. Nothing in it is a template. */
final class FunctionReader {
    private static final List<String> EXECUTORS = List.of("python", "http", "command", "image", "replay");
    private static final long MOST_SLICES = 1_000_000;
    private static final Pattern PYTHON =
            Pattern.compile("((?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_]+\\.py)(?::([A-Za-z_]\\w*))?");
    private final Problems problems;

    FunctionReader(Problems problems) {
        this.problems = problems;
    }

    Optional<Function> read(String name, Node node) {
        Fields fields = Fields.of(node, "function " + name, problems).orElse(null);
        if (fields == null) {
            return Optional.empty();
        }
        fields.allow(
                "python",
                "http",
                "command",
                "image",
                "container",
                "replay",
                "emits",
                "timeout",
                "heartbeat",
                "retry",
                "compensate",
                "secrets");
        if (fields.has("container") && !fields.has("image")) {
            problems.error(
                    "tal/bad-container",
                    fields.mapping().keyPosition("container"),
                    "container: says how an image runs; this function has no 'image'");
        }
        Optional<Executor> executor = fields.head(EXECUTORS).flatMap(head -> executor(head, fields));
        Map<String, Datum> emits = new LinkedHashMap<>();
        fields.fields("emits")
                .ifPresent(declared -> declared.mapping()
                        .fields()
                        .forEach((datum, kind) -> datum(name, datum, kind).ifPresent(read -> emits.put(datum, read))));
        Duration timeout = fields.duration("timeout").orElse(Function.DEFAULT_TIMEOUT);
        Optional<Duration> heartbeat = heartbeat(fields, timeout);
        List<Retry> retry = new RetryReader(problems).read(fields);
        Optional<String> compensate = fields.optionalText("compensate");
        List<Function.Secret> secrets = new SecretsReader(problems).read(name, fields, executor);
        return executor.map(how ->
                new Function(name, how, emits, timeout, heartbeat, retry, compensate, secrets, fields.position()));
    }

    private Optional<Duration> heartbeat(Fields fields, Duration timeout) {
        Optional<Duration> heartbeat = fields.duration("heartbeat");
        if (heartbeat.filter(every -> every.compareTo(timeout) >= 0).isPresent()) {
            problems.error(
                    "tal/bad-heartbeat",
                    fields.node("heartbeat").position(),
                    "heartbeat: must be shorter than the timeout of %s, is '%s'"
                            .formatted(Durations.print(timeout), fields.text("heartbeat")));
        }
        return heartbeat;
    }

    private Optional<Executor> executor(String head, Fields fields) {
        if (head.equals("python")) {
            Matcher python = PYTHON.matcher(fields.text("python"));
            if (python.matches()) {
                return Optional.of(
                        new Executor.Python(python.group(1), python.group(2) == null ? "handler" : python.group(2)));
            }
            problems.error(
                    "tal/bad-python",
                    fields.node("python").position(),
                    "python: must be FILE.py or FILE.py:FUNCTION, a path inside the workflow's folder, is '%s'"
                            .formatted(fields.text("python")));
            return Optional.empty();
        }
        if (head.equals("http")) {
            String url = fields.text("http");
            if (url.matches("https?://[^\\s/]+.*")) {
                return Optional.of(new Executor.Http(url));
            }
            problems.error(
                    "tal/bad-url",
                    fields.node("http").position(),
                    "http: must be a http(s) URL, is '%s'".formatted(url));
            return Optional.empty();
        }
        if (head.equals("command")) {
            return command(fields);
        }
        if (head.equals("image")) {
            return new ContainerReader(problems).read(fields);
        }
        return fields.fields("replay").flatMap(replay -> {
            replay.allow("runtime");
            if (!replay.has("runtime")) {
                problems.error("tal/missing", replay.position(), "replay: 'runtime' is missing; write {runtime: 1.5s}");
            }
            return replay.duration("runtime", Duration.ZERO).map(Executor.Replay::new);
        });
    }

    private Optional<Executor> command(Fields fields) {
        Node node = fields.node("command");
        if (!(node instanceof Node.Sequence list)
                || list.items().isEmpty()
                || "".equals(list.items().get(0).value())) {
            problems.error(
                    "tal/bad-command",
                    node.position(),
                    "command: must be a list of words, the program first, such as [ffprobe, -of, json, \"-\"], is %s"
                            .formatted(node.kind()));
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        for (Node item : list.items()) {
            if (item.value() instanceof String word) {
                words.add(word);
            } else {
                problems.error(
                        "tal/bad-command",
                        item.position(),
                        "command: a word must be text, is %s; quote it".formatted(item.kind()));
            }
        }
        return words.size() == list.items().size() ? Optional.of(new Executor.Command(words)) : Optional.empty();
    }

    private Optional<Datum> datum(String function, String name, Node node) {
        String kind = String.valueOf(node.value());
        long bytes = -1;
        int slices = 1;
        boolean keepFirst = false;
        if (node instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, "%s.%s".formatted(function, name), problems);
            fields.allow("kind", "bytes", "slices", "repeat");
            kind = fields.text("kind");
            bytes = fields.whole("bytes", -1, 0, Long.MAX_VALUE);
            slices = (int) fields.whole("slices", 1, 0, MOST_SLICES);
            keepFirst = keepFirst(fields);
        }
        if (!kind.equals("value") && !kind.equals("stream")) {
            problems.error(
                    "tal/bad-datum",
                    node.position(),
                    "%s emits %s: must be value or stream, is '%s'".formatted(function, name, kind));
            return Optional.empty();
        }
        Datum.Kind read = Datum.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
        return Optional.of(new Datum(name, read, bytes, slices, keepFirst));
    }

    private boolean keepFirst(Fields fields) {
        Optional<String> repeat = fields.optionalText("repeat");
        if (repeat.isPresent() && !repeat.get().equals("keep-first")) {
            problems.error(
                    "tal/bad-repeat",
                    fields.node("repeat").position(),
                    "repeat: must be keep-first, which ignores a signal that says something else than the first; left out,"
                            + " such a signal fails the task; is '%s'".formatted(repeat.get()));
        }
        return repeat.isPresent();
    }
}
