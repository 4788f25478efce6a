package io.talflow.function;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Calls the handler and turns whatever it does into an answer. */
final class Replies {
    private static final int MAX_RESULT_BYTES = 4 * 1024 * 1024;
    private static final int MAX_MESSAGE = 2_000;
    private static final int MAX_TRACE = 16_000;

    private final Handler handler;

    Replies(Handler handler) {
        this.handler = handler;
    }

    Reply of(Context context, Request request) {
        Object input = null;
        try {
            if (request.body().length > 0) {
                input = Json.read(new String(request.body(), StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            return Reply.json(
                    "400 Bad Request", List.of(), Json.write(Map.of("message", "the input is " + e.getMessage())));
        }
        Object result;
        try {
            result = handler.handle(context, input);
        } catch (Failure failure) {
            return failed(failure);
        } catch (Throwable thrown) { // whatever it is, an error of the function's does not end the server
            return failed(thrown);
        }
        return result(result);
    }

    private static Reply result(Object result) {
        String body;
        try {
            body = Json.write(result);
        } catch (IllegalArgumentException e) {
            return failed(Failure.retryable("Function.BadResult", "the result is " + e.getMessage()));
        }
        int bytes = body.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_RESULT_BYTES) {
            return failed(Failure.retryable(
                    "Function.ResultTooLarge",
                    "the result may have %d bytes of JSON, has %d bytes".formatted(MAX_RESULT_BYTES, bytes)));
        }
        return Reply.json("200 OK", List.of(), body);
    }

    private static Reply failed(Failure failure) {
        List<String> headers = new ArrayList<>();
        headers.add("X-Talflow-Error: " + failure.error());
        String status = failure.isRetryable() ? "500 Internal Server Error" : "422 Unprocessable Content";
        if (failure.retryAfter() != null) {
            status = "503 Service Unavailable";
            headers.add("Retry-After: " + Math.max(0, (failure.retryAfter().toMillis() + 999) / 1_000));
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("error", failure.error());
        told.put("message", String.valueOf(failure.getMessage()));
        return Reply.json(status, headers, Json.write(told));
    }

    private static Reply failed(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        System.err.print(trace);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("error", "Function.Error");
        told.put("message", cut(thrown.toString(), MAX_MESSAGE));
        told.put("trace", cut(trace.toString(), MAX_TRACE));
        return Reply.json("500 Internal Server Error", List.of("X-Talflow-Error: Function.Error"), Json.write(told));
    }

    private static String cut(String text, int most) {
        return text.length() > most ? text.substring(0, most) : text;
    }
}
