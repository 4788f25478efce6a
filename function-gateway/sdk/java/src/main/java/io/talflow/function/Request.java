package io.talflow.function;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request of HTTP/1.1, its body with a Content-Length.
 *
 * @param headers by lower-case name
 */
record Request(String method, Map<String, String> headers, byte[] body) {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    /** A request that is not read; the connection is of no more use. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
        private final String status;

        Malformed(String status, String message) {
            super(message);
            this.status = status;
        }

        /** What it is answered, such as {@code 400 Bad Request}. */
        String status() {
            return status;
        }
    }

    /** Empty at the end of the stream. */
    static Optional<Request> read(InputStream in) throws IOException, Malformed {
        String start = line(in, MAX_HEAD_BYTES);
        if (start == null || start.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> headers = new HashMap<>();
        int left = MAX_HEAD_BYTES - start.length();
        for (String line = line(in, left); line != null && !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new Malformed("400 Bad Request", "not a header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
            left -= line.length();
        }
        byte[] body = in.readNBytes(length(headers));
        if (body.length < length(headers)) {
            return Optional.empty();
        }
        return Optional.of(new Request(start.split(" ", 2)[0], headers, body));
    }

    private static int length(Map<String, String> headers) throws Malformed {
        if (headers.containsKey("transfer-encoding")) {
            throw new Malformed("411 Length Required", "a body needs a Content-Length");
        }
        String length = headers.getOrDefault("content-length", "0");
        if (!length.matches("[0-9]{1,18}")) {
            throw new Malformed("400 Bad Request", "Content-Length must be a number, is " + length);
        }
        if (Long.parseLong(length) > MAX_BODY_BYTES) {
            throw new Malformed("413 Content Too Large", "the body may have %d bytes".formatted(MAX_BODY_BYTES));
        }
        return Integer.parseInt(length);
    }

    /** Null at the end of the stream. */
    private static String line(InputStream in, int limit) throws IOException, Malformed {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (line.size() >= limit) {
                throw new Malformed(
                        "431 Request Header Fields Too Large", "headers may have %d bytes".formatted(MAX_HEAD_BYTES));
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
