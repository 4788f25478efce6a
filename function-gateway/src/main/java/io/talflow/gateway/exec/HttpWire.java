package io.talflow.gateway.exec;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * HTTP/1.1 as two ends need it that know each other: one connection kept open, POST only, every body with its
 * Content-Length.
 */
final class HttpWire implements AutoCloseable {
    private static final int MAX_LINE = 8_192;

    /** The reply is larger than the limit and was not read; the connection is of no more use. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
        private final long bytes;

        TooLarge(long bytes) {
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }
    }

    private final SocketChannel connection;
    private final InputStream in;

    HttpWire(SocketChannel connection) {
        this.connection = connection;
        in = new BufferedInputStream(Channels.newInputStream(connection), 16_384);
    }

    FunctionReply call(Map<String, String> headers, byte[] body, int limit) throws IOException {
        StringBuilder head = new StringBuilder(512).append("POST / HTTP/1.1\r\nHost: function\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(start.length + body.length)
                .put(start)
                .put(body)
                .flip();
        while (request.hasRemaining()) {
            connection.write(request);
        }
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        Map<String, String> replied = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            replied.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        long length = Long.parseLong(replied.getOrDefault("content-length", "0"));
        if (length > limit) {
            throw new TooLarge(length);
        }
        byte[] reply = in.readNBytes((int) length);
        if (reply.length < length) {
            throw new EOFException();
        }
        return new FunctionReply(status, replied, reply);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() > MAX_LINE) {
                throw new EOFException();
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
