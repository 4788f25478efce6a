package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.FunctionReply;
import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * OpenWhisk's actions: {@code POST /init} once with the code, then {@code POST /run}, one at a time.
 *
 * @see <a href="https://github.com/apache/openwhisk/blob/master/docs/actions-new.md">Action interface</a>
 */
final class OpenWhiskContract implements CallContract {
    private static final String END = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX";
    private static final String MAIN = "main";
    private static final long INIT_SECONDS = 60;

    private final String action;
    private final Optional<Path> code;
    private boolean marked;

    /** @param code a source file, or a zip; empty: the image has the code */
    OpenWhiskContract(String action, Optional<Path> code) {
        this.action = action;
        this.code = code;
    }

    @Override
    public void initialise(FunctionClient client, String url) throws EngineFailure {
        try {
            FunctionReply reply = client.post(
                            url + "/init",
                            Map.of("Content-Type", "application/json"),
                            Json.bytes(Map.of("value", value())))
                    .get(INIT_SECONDS, TimeUnit.SECONDS);
            if (reply.status() != 200) {
                throw new EngineFailure("action %s answered %d to /init: %s"
                        .formatted(action, reply.status(), new String(reply.body(), StandardCharsets.UTF_8)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFailure("starting action %s was interrupted".formatted(action));
        } catch (IOException | java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new EngineFailure("action %s cannot be initialised: %s".formatted(action, e));
        }
    }

    private Map<String, Object> value() throws IOException {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("name", action);
        value.put("main", MAIN);
        boolean binary = code.filter(file -> file.toString().endsWith(".zip")).isPresent();
        value.put("binary", binary);
        if (code.isPresent()) {
            byte[] bytes = Files.readAllBytes(code.get());
            value.put(
                    "code",
                    binary ? Base64.getEncoder().encodeToString(bytes) : new String(bytes, StandardCharsets.UTF_8));
        } else {
            value.put("code", "");
        }
        value.put("env", Map.of("__OW_ACTION_NAME", action));
        return value;
    }

    @Override
    public CompletableFuture<FunctionReply> call(
            FunctionClient client, String url, FunctionCall call, Map<String, String> headers) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("value", Json.parse(call.firing().input()));
        run.put("namespace", "_");
        run.put("action_name", action);
        run.put("activation_id", call.firing().key().firing());
        run.put("deadline", headers.get("X-Deadline-Ms"));
        CompletableFuture<FunctionReply> sent = client.post(url + "/run", headers, Json.bytes(run));
        CompletableFuture<FunctionReply> reply = sent.thenApply(OpenWhiskContract::reply);
        CompletableFuture<?> unused = reply.whenComplete((answer, error) -> {
            if (reply.isCancelled()) {
                sent.cancel(true);
            }
        });
        return reply;
    }

    /**
     * An action says that it failed with an {@code error} in its result, under 200; its runtime says that the action broke
     * with another status and an {@code error} too. Both are the function's error here.
     */
    private static FunctionReply reply(FunctionReply reply) {
        Object error = error(reply.body());
        if (reply.status() == 200 && error == null) {
            return reply;
        }
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        headers.put("x-talflow-error", "Function.Error");
        String message = error == null
                ? new String(reply.body(), StandardCharsets.UTF_8)
                : error instanceof String text ? text : Json.text(error);
        int status = reply.status() == 200 ? 422 : reply.status();
        return new FunctionReply(status, headers, Json.bytes(Map.of("message", message)));
    }

    private static Object error(byte[] body) {
        try {
            return Json.parse(body) instanceof Map<?, ?> result ? result.get("error") : null;
        } catch (Json.NotJson e) {
            throw new CompletionException(new IOException("the action's runtime did not answer JSON", e));
        }
    }

    /** As OpenWhisk does: a runtime that reported a broken action is not asked again. */
    @Override
    public boolean isUsableAfter(FunctionReply reply) {
        return reply.status() == 200 || reply.status() == 422;
    }

    /** Without the runtime's markers, whose line's end may come by itself. */
    @Override
    public byte[] printed(byte[] output) {
        String text = new String(output, StandardCharsets.ISO_8859_1);
        if (!text.contains(END) && !marked) {
            return output;
        }
        String rest = marked && text.startsWith("\n") ? text.substring(1) : text;
        marked = rest.endsWith(END);
        return rest.replace(END + "\n", "").replace(END, "").getBytes(StandardCharsets.ISO_8859_1);
    }
}
