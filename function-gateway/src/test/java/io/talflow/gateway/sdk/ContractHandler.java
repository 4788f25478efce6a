package io.talflow.gateway.sdk;

import io.talflow.function.Context;
import io.talflow.function.DataRefused;
import io.talflow.function.Failure;
import io.talflow.function.Handler;
import io.talflow.function.SignalRefused;
import io.talflow.function.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What the scenarios of the function contract call; each SDK has one that does the same. */
public final class ContractHandler implements Handler {
    @Override
    public Object handle(Context context, Object input) throws Exception {
        Map<?, ?> fields = (Map<?, ?>) input;
        return switch (String.valueOf(fields.get("do"))) {
            case "echo" -> fields.get("value");
            case "nothing" -> null;
            case "facts" -> facts(context);
            case "throws" -> throw new IllegalStateException("no such luck");
            case "fail" -> throw failure(fields);
            case "signal" -> signal(context);
            case "reports" -> reports(context);
            case "values" -> values(context, fields);
            case "text" -> text(context, fields);
            case "refused" -> refused(context);
            case "again" -> again(context);
            case "huge" -> "x".repeat(5 * 1024 * 1024);
            case "bad" -> new Object();
            case "wait" -> await(context);
            default -> throw new IllegalArgumentException("what is " + input);
        };
    }

    private static Object facts(Context context) {
        context.log("facts of %s", context.firing());
        return Map.of(
                "task",
                context.task(),
                "firing",
                context.firing(),
                "attempt",
                context.attempt(),
                "deadline",
                context.deadline().toEpochMilli(),
                "inTime",
                !context.remaining().isZero(),
                "secret",
                context.secrets().get("key"),
                "cancelled",
                context.isCancelled());
    }

    private static Failure failure(Map<?, ?> input) {
        if (Boolean.FALSE.equals(input.get("retryable"))) {
            return Failure.permanent("Card.Declined", "no funds");
        }
        return input.get("retryAfter") instanceof Number seconds
                ? Failure.retryable(
                        "Card.Declined", "no funds", Duration.ofMillis((long) (seconds.doubleValue() * 1_000)))
                : Failure.retryable("Card.Declined", "no funds");
    }

    private static Object signal(Context context) {
        context.ready("header", Map.of("codec", "h264"));
        context.item("chunks", "a");
        context.item("chunks", "b");
        context.item("keyed", 1, "k/1 é");
        return List.of(context.close("chunks"), context.close("keyed"));
    }

    private static Object values(Context context, Map<?, ?> input) throws IOException {
        byte[] content = new byte[((Long) input.get("size")).intValue()];
        new Random(1).nextBytes(content);
        String name = String.valueOf(input.get("name"));
        Value bytes = Value.of(content).as("video/mp4").forNodes(2).replicated(true);
        Map<String, Object> reference = context.put(name, bytes);
        Path file = Files.write(Files.createTempFile("value", ""), content);
        Map<String, Object> ofFile = context.put(name, Value.of(file));
        Files.delete(file);
        Map<?, ?> value = (Map<?, ?>) reference.get("$data");
        return List.of(value.get("type"), is(context, reference, content), is(context, ofFile, content), true);
    }

    private static boolean is(Context context, Object reference, byte[] content) throws IOException {
        try (InputStream in = context.get(reference)) {
            return Arrays.equals(in.readAllBytes(), content);
        }
    }

    private static Object text(Context context, Map<?, ?> input) throws IOException {
        try (InputStream in = context.get(input.get("value"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (DataRefused e) {
            return e.code();
        }
    }

    private static Object reports(Context context) {
        context.progress(0.25, "a quarter");
        context.progress("more");
        context.heartbeat();
        context.rule(Map.of("id", "late", "when", Map.of("completed", "f"), "do", Map.of("complete", 1)));
        return null;
    }

    private static Object refused(Context context) {
        try {
            context.ready("wrong", 1);
            return null;
        } catch (SignalRefused e) {
            return Map.of("code", e.code(), "detail", e.detail());
        }
    }

    private static Object again(Context context) {
        context.ready("again", 1);
        return null;
    }

    private static Object await(Context context) throws InterruptedException {
        context.ready("waiting", true);
        try {
            Thread.sleep(30_000);
        } catch (InterruptedException e) {
            context.ready("cancelled", true);
        }
        return context.isCancelled();
    }
}
