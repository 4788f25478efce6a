package io.talflow.function;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/** The signals of one attempt. A signal that is sent again has the same id, so a repeat changes nothing. */
final class Signals {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(55);
    private static final int[] PAUSES_MILLIS = {0, 50, 100, 200, 500, 1_000};

    private final HttpClient http;
    private final String url;
    private final String token;
    private final Map<String, Stream> streams = new HashMap<>();

    Signals(HttpClient http, String url, String token) {
        this.http = http;
        this.url = url;
        this.token = token;
    }

    void ready(String name, Object value) {
        post("/v1/runtime/ready/" + encode(name), Json.write(value));
    }

    void item(String name, Object value, Optional<String> key) {
        String body = Json.write(value);
        Stream stream;
        String id;
        synchronized (streams) {
            stream = streams.computeIfAbsent(name, unseen -> new Stream(key.isPresent()));
            id = stream.next(name, key);
        }
        post("/v1/runtime/items/" + encode(name) + "?key=" + encode(id), body);
        synchronized (streams) {
            stream.acknowledged.add(id);
        }
    }

    long close(String name) {
        long count;
        synchronized (streams) {
            count = streams.containsKey(name) ? streams.get(name).acknowledged.size() : 0;
        }
        post("/v1/runtime/streams/" + encode(name) + ":close", Json.write(Map.of("count", count)));
        return count;
    }

    void progress(Map<String, Object> told) {
        post("/v1/runtime/progress", Json.write(told));
    }

    void heartbeat() {
        post("/v1/runtime/heartbeat", "{}");
    }

    void rule(Map<String, Object> rule) {
        post("/v1/runtime/rules", Json.write(rule));
    }

    /** An interrupt waits until the exchange is over: a handler that is cancelled may still have something to say. */
    private void post(String path, String body) {
        boolean interrupted = Thread.interrupted(); // an interrupted thread cannot send: its channel would close
        try {
            long until = System.nanoTime() + PATIENCE.toNanos();
            for (int tries = 0; ; tries++) {
                CompletableFuture<HttpResponse<String>> sent =
                        http.sendAsync(request(path, body), BodyHandlers.ofString());
                interrupted |= isInterruptedBeforeEndOf(sent);
                Optional<String> lost = lost(sent);
                if (lost.isEmpty()) {
                    return;
                }
                long pause = PAUSES_MILLIS[Math.min(tries, PAUSES_MILLIS.length - 1)] * 1_000_000L;
                if (interrupted || System.nanoTime() + pause > until) {
                    String when =
                            interrupted ? "and the call is cancelled" : "after %d s".formatted(PATIENCE.toSeconds());
                    throw new SignalUnacknowledged("%s is not acknowledged %s: %s".formatted(path, when, lost.get()));
                }
                LockSupport.parkNanos(pause);
                interrupted = Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isInterruptedBeforeEndOf(CompletableFuture<?> sent) {
        boolean interrupted = false;
        while (!sent.isDone()) {
            try {
                sent.handle((answer, failure) -> null).get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        return interrupted;
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** Why it is not acknowledged; empty if it is. @throws SignalRefused if it will not be */
    private static Optional<String> lost(CompletableFuture<HttpResponse<String>> sent) {
        try {
            HttpResponse<String> answer = sent.join();
            return answer.statusCode() == 200 ? Optional.empty() : Optional.of(problem(answer));
        } catch (CompletionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        }
    }

    private static String problem(HttpResponse<String> answer) {
        Problem problem = Problem.of(answer.statusCode(), answer.body());
        if (!problem.isRetryable()) {
            throw new SignalRefused(problem.code(), problem.detail());
        }
        return problem.getMessage();
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Keys of the slices of a stream. */
    private static final class Stream {
        private final boolean keyed;
        private final Set<String> acknowledged = new HashSet<>();
        private long calls;

        Stream(boolean keyed) {
            this.keyed = keyed;
        }

        String next(String name, Optional<String> given) {
            if (given.isPresent() != keyed) {
                throw new IllegalArgumentException("stream %s: give every item a key, or none".formatted(name));
            }
            calls++;
            return given.orElse(Long.toString(calls - 1));
        }
    }
}
