package io.talflow.gateway.runtime;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.log.EventLog;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.Json;
import io.talflow.tal.RuleReader;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Function.Datum;
import io.talflow.tal.parse.Names;
import io.talflow.tal.print.TalPrinter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a running function says of its data, appended to its task's log. Each future completes with the event's id when
 * Kafka has acknowledged it. An id has no attempt in it: the same signal, sent again or by a later attempt, is the same.
 */
public final class Signals {
    /** Bound on a value, bytes of JSON. */
    public static final int MAX_VALUE_BYTES = 1 << 20;

    /** Bound on a slice's key, characters. */
    static final int MAX_KEY = 200;

    private final EventLog log;
    private final String nodeId;

    public Signals(EventLog log, String nodeId) {
        this.log = log;
        this.nodeId = nodeId;
    }

    /** A value is there. */
    public CompletableFuture<String> ready(Attempt attempt, String name, byte[] value) {
        declared(attempt, name, Datum.Kind.VALUE);
        Json.parse(value);
        return send(attempt, EventTypes.DATA_READY, "ready/" + name, Map.of(EventTypes.DATUM, name), value);
    }

    /** A slice of a stream is there. */
    public CompletableFuture<String> item(Attempt attempt, String stream, String key, byte[] value) {
        declared(attempt, stream, Datum.Kind.STREAM);
        if (key.isEmpty() || key.length() > MAX_KEY || key.chars().anyMatch(Character::isISOControl)) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST,
                    "key must be 1 to %d characters, none of them a control character".formatted(MAX_KEY));
        }
        Json.parse(value);
        return send(
                attempt,
                EventTypes.DATA_ITEM,
                stream + "/" + key,
                Map.of(EventTypes.DATUM, stream, EventTypes.SLICE, key),
                value);
    }

    /** A stream has no more slices than these. */
    public CompletableFuture<String> close(Attempt attempt, String stream, long count) {
        declared(attempt, stream, Datum.Kind.STREAM);
        if (count < 0) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "count must be 0 or more, is " + count);
        }
        return send(
                attempt,
                EventTypes.DATA_CLOSED,
                stream + "/close",
                Map.of(EventTypes.DATUM, stream),
                Json.bytes(Map.of("count", count)));
    }

    /**
     * A rule for its own task, which takes effect when the job reads it back. A repeat has the same id, and the job ignores a
     * rule of an id that the task has.
     *
     * @param read the rule, when it has been checked
     */
    public CompletableFuture<String> rule(Attempt attempt, Supplier<CompletableFuture<RuleReader.Read>> read) {
        Firing firing = attempt.firing();
        return attempt.signal(() -> read.get().thenCompose(checked -> {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("add", TalPrinter.rule(checked.rule()));
            data.put("given", checked.given());
            data.put("by", "function %s, %s".formatted(firing.function(), firing.key()));
            TalEvent event = new TalEvent(
                    firing.key().firing() + "/rules/" + checked.rule().id(),
                    "/talflow/" + firing.task(),
                    EventTypes.TASK_RULES,
                    "",
                    TalEvent.Kind.CONTROL,
                    firing.task(),
                    "",
                    0,
                    Map.of(EventTypes.NODE, nodeId),
                    attempt.access().secrets().maskedJson(Json.bytes(data)));
            return told(attempt, event);
        }));
    }

    private CompletableFuture<String> send(
            Attempt attempt, String type, String id, Map<String, String> names, byte[] data) {
        Secrets secrets = attempt.access().secrets();
        Map<String, String> extensions = new HashMap<>();
        names.forEach((name, value) -> extensions.put(name, secrets.masked(value)));
        extensions.put(EventTypes.NODE, nodeId);
        TalEvent event = new TalEvent(
                attempt.firing().key().firing() + "/" + secrets.masked(id),
                "/talflow/" + attempt.firing().task(),
                type,
                "",
                TalEvent.Kind.DATA,
                attempt.firing().task(),
                attempt.firing().key().firing(),
                attempt.firing().key().attempt(),
                extensions,
                secrets.maskedJson(data));
        return attempt.signal(() -> told(attempt, event));
    }

    /** What an attempt for data alone says was said before, or does not count. */
    private CompletableFuture<String> told(Attempt attempt, TalEvent event) {
        return attempt.isForDataOnly()
                ? CompletableFuture.completedFuture(event.id())
                : log.append(event).thenApply(written -> event.id());
    }

    private static void declared(Attempt attempt, String name, Datum.Kind kind) {
        String function = attempt.function().name();
        Map<String, Datum> emits = attempt.function().emits();
        Datum datum = emits.get(name);
        if (datum == null) {
            throw new GatewayFailure(
                    GatewayError.UNDECLARED_DATUM,
                    "function %s does not declare %s; add it to its emits%s"
                            .formatted(function, name, Names.suggestion(name, emits.keySet())),
                    Map.of("function", function, "datum", name));
        }
        if (datum.kind() != kind) {
            throw new GatewayFailure(
                    GatewayError.WRONG_DATUM_KIND,
                    "%s.%s is declared as a %s: %s"
                            .formatted(
                                    function,
                                    name,
                                    datum.kind().name().toLowerCase(Locale.ROOT),
                                    kind == Datum.Kind.VALUE
                                            ? "signal its items and its close"
                                            : "signal that it is ready"),
                    Map.of("function", function, "datum", name));
        }
    }
}
