package io.talflow.tal.print;

import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Retry;
import io.talflow.tal.model.Start;
import io.talflow.tal.parse.Durations;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a workflow declares beside its rules, as its TAL mappings. */
final class DeclarationPrinter {
    private DeclarationPrinter() {}

    static Map<String, Object> event(EventDeclaration event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", event.type());
        event.topic().ifPresent(topic -> fields.put("topic", topic));
        if (!event.dataSchema().isEmpty()) {
            fields.put("data", event.dataSchema());
        }
        event.key().ifPresent(key -> fields.put("key", TemplatePrinter.json(key)));
        if (!event.keep().isZero()) {
            fields.put("keep", Durations.print(event.keep()));
        }
        return fields;
    }

    static Map<String, Object> start(Start start) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (start instanceof Start.OnEvent onEvent) {
            fields.put("when", onEvent.when().accept(new ExpressionPrinter()));
            fields.put("key", TemplatePrinter.json(onEvent.key()));
            onEvent.with().ifPresent(with -> fields.put("with", TemplatePrinter.json(with)));
        } else if (start instanceof Start.OnSchedule onSchedule) {
            fields.put("cron", onSchedule.schedule());
            if (!onSchedule.with().equals(TemplatePrinter.NOTHING)) {
                fields.put("with", TemplatePrinter.json(onSchedule.with()));
            }
        }
        return fields;
    }

    static Map<String, Object> function(Function function) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (function.executor() instanceof Function.Executor.Python python) {
            fields.put(
                    "python",
                    python.handler().equals("handler") ? python.file() : python.file() + ":" + python.handler());
        } else if (function.executor() instanceof Function.Executor.Http http) {
            fields.put("http", http.url());
        } else if (function.executor() instanceof Function.Executor.Image image) {
            fields.put("image", image.image());
            Map<String, Object> container = ContainerPrinter.print(image.container());
            if (!container.isEmpty()) {
                fields.put("container", container);
            }
        } else if (function.executor() instanceof Function.Executor.Command command) {
            fields.put("command", command.words());
        } else if (function.executor() instanceof Function.Executor.Replay replay) {
            fields.put("replay", Map.of("runtime", Durations.print(replay.runtime())));
        }
        if (!function.emits().isEmpty()) {
            Map<String, Object> emits = new LinkedHashMap<>();
            function.emits().forEach((name, datum) -> emits.put(name, datum(datum)));
            fields.put("emits", emits);
        }
        if (!function.timeout().equals(Function.DEFAULT_TIMEOUT)) {
            fields.put("timeout", Durations.print(function.timeout()));
        }
        function.heartbeat().ifPresent(heartbeat -> fields.put("heartbeat", Durations.print(heartbeat)));
        if (!function.retry().isEmpty()) {
            fields.put(
                    "retry",
                    function.retry().stream().map(DeclarationPrinter::retry).toList());
        }
        function.compensate().ifPresent(compensation -> fields.put("compensate", compensation));
        if (!function.secrets().isEmpty()) {
            fields.put(
                    "secrets",
                    function.secrets().stream().map(DeclarationPrinter::secret).toList());
        }
        return fields;
    }

    private static Object secret(Function.Secret secret) {
        if (secret.header().isEmpty()) {
            return secret.name();
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("secret", secret.name());
        fields.put("header", secret.header());
        return fields;
    }

    private static Object datum(Function.Datum datum) {
        String kind = switch (datum.kind()) {
            case VALUE -> "value";
            case STREAM -> "stream";
        };
        if (datum.bytes() < 0 && datum.slices() == 1 && !datum.keepFirst()) {
            return kind;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind);
        if (datum.bytes() >= 0) {
            fields.put("bytes", datum.bytes());
        }
        if (datum.slices() != 1) {
            fields.put("slices", (long) datum.slices());
        }
        if (datum.keepFirst()) {
            fields.put("repeat", "keep-first");
        }
        return fields;
    }

    private static Map<String, Object> retry(Retry retry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("errorEquals", retry.errorEquals());
        if (!retry.interval().equals(Retry.DEFAULT_INTERVAL)) {
            fields.put("interval", Durations.print(retry.interval()));
        }
        if (retry.maxAttempts() != Retry.DEFAULT_MAX_ATTEMPTS) {
            fields.put("maxAttempts", (long) retry.maxAttempts());
        }
        if (retry.backoffRate() != Retry.DEFAULT_BACKOFF_RATE) {
            fields.put("backoffRate", retry.backoffRate());
        }
        retry.maxDelay().ifPresent(longest -> fields.put("maxDelay", Durations.print(longest)));
        if (retry.jitter()) {
            fields.put("jitter", "full");
        }
        return fields;
    }
}
