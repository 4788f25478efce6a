package io.talflow.function;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of one attempt. Each transfer has a connection of its own, so threads may share it. */
final class Data {
    private static final String FIELD = "$data";
    private static final long PATIENCE_MILLIS = 60_000;
    private static final long LAST_MILLIS = 1_000;
    private static final int[] PAUSES_MILLIS = {50, 100, 200, 500, 1_000};

    private final URI gateway;
    private final String token;
    private final long deadline;
    private final Clock clock;
    /** Files of values; until the gateway says that it does not. */
    private volatile boolean seesFiles = true;

    /** @param deadline epoch milliseconds, after which nothing is tried again; 0: after 60 s */
    Data(URI gateway, String token, long deadline, Clock clock) {
        this.gateway = gateway;
        this.token = token;
        this.deadline = deadline;
        this.clock = clock;
    }

    Map<String, Object> put(String name, Value value) {
        List<String> query = new ArrayList<>();
        value.nodes().ifPresent(nodes -> query.add("nodes=" + nodes));
        value.replicated().ifPresent(always -> query.add("replicate=" + (always ? "always" : "never")));
        String path = "/v1/runtime/data/%s?%s".formatted(Signals.encode(name), String.join("&", query));
        return again(name, () -> {
            try (DataExchange exchange = new DataExchange(gateway, token)) {
                exchange.put(path, value);
                return json(exchange);
            }
        });
    }

    InputStream get(Object reference) {
        Map<?, ?> value = described(reference);
        if (value.get("base64") instanceof String base64) {
            return new ByteArrayInputStream(Base64.getDecoder().decode(base64));
        }
        return (seesFiles ? file(value) : Optional.<InputStream>empty()).orElseGet(() -> new ValueStream(this, value));
    }

    /** The value's file, on the gateway's machine or as its container sees it. Empty: it is to be streamed. */
    private Optional<InputStream> file(Map<?, ?> value) {
        Map<String, Object> place = again(value.get("name"), () -> {
            try (DataExchange exchange = new DataExchange(gateway, token)) {
                exchange.get(value.get("href") + "&as=path", Map.of());
                return json(exchange);
            }
        });
        if (!(place.get("path") instanceof String where)) {
            seesFiles = false;
            return Optional.empty();
        }
        try {
            Path path = Path.of(where);
            return Files.size(path) == (Long) value.get("bytes")
                    ? Optional.of(Files.newInputStream(path))
                    : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty(); // it is not on this machine
        }
    }

    /** An exchange from whose answer the value's bytes can be read from a position on. */
    DataExchange open(Map<?, ?> value, long position) {
        Map<String, String> range = position == 0 ? Map.of() : Map.of("Range", "bytes=%d-".formatted(position));
        return again(value.get("name"), () -> {
            DataExchange exchange = new DataExchange(gateway, token);
            try {
                exchange.get(String.valueOf(value.get("href")), range);
                if (exchange.status() != 200 && exchange.status() != 206) {
                    throw Problem.of(exchange.status(), exchange.text());
                }
                return exchange;
            } catch (IOException e) {
                exchange.close();
                throw e;
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(DataExchange exchange) throws IOException {
        String body = exchange.text();
        if (exchange.status() != 200) {
            throw Problem.of(exchange.status(), body);
        }
        return (Map<String, Object>) Json.read(body);
    }

    private static Map<?, ?> described(Object reference) {
        if (reference instanceof Map<?, ?> fields && fields.get(FIELD) instanceof Map<?, ?> value) {
            return value;
        }
        throw new IllegalArgumentException("not a reference: %.100s; pass what put returned".formatted(reference));
    }

    private interface Transfer<T> {
        T run() throws IOException;
    }

    /** Waits while there is no room or no answer. */
    private <T> T again(Object name, Transfer<T> transfer) {
        long until = deadline > 0 ? deadline - LAST_MILLIS : clock.millis() + PATIENCE_MILLIS;
        for (int tries = 0; ; tries++) {
            IOException last;
            try {
                return transfer.run();
            } catch (Problem problem) {
                if (!problem.isRetryable()) {
                    throw new DataRefused(problem.code(), problem.detail());
                }
                last = problem;
            } catch (IOException e) {
                last = e;
            }
            long pause = PAUSES_MILLIS[Math.min(tries, PAUSES_MILLIS.length - 1)];
            if (clock.millis() + pause > until) {
                throw new DataUnavailable("value %s: %s".formatted(name, last), last);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DataUnavailable("value %s: the call is cancelled".formatted(name), last);
            }
        }
    }
}
