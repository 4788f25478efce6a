package io.talflow.function;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One request for a value and its answer, on a connection of its own. Not interruptible, as a transfer is not. */
final class DataExchange implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 55_000;
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int BUFFER = 256 * 1024;

    private final Socket socket = new Socket();
    private final String host;
    private final String token;
    private InputStream in;
    private int status;
    private long length;

    DataExchange(URI gateway, String token) throws IOException {
        this.host = gateway.getAuthority();
        this.token = token;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            int port = gateway.getPort() < 0 ? 80 : gateway.getPort();
            socket.connect(new InetSocketAddress(gateway.getHost(), port), TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Asks; {@link #status} and {@link #body} are those of the answer then. */
    void get(String path, Map<String, String> headers) throws IOException {
        head("GET", path, headers);
        answer();
    }

    /** Sends the value when the gateway says that it has room. */
    void put(String path, Value value) throws IOException {
        head(
                "PUT",
                path,
                Map.of(
                        "Content-Type",
                        value.mediaType(),
                        "Content-Length",
                        Long.toString(value.content().size()),
                        "Expect",
                        "100-continue"));
        answer();
        if (status == 100) {
            try (InputStream content = value.content().open()) {
                content.transferTo(socket.getOutputStream());
            }
            answer();
        }
    }

    int status() {
        return status;
    }

    /** The answer's body as text. */
    String text() throws IOException {
        byte[] body = in.readNBytes((int) Math.min(length, Integer.MAX_VALUE - 8));
        if (body.length < length) {
            throw new EOFException("the answer ended early");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The answer's body as it comes; -1 also if it ends early. */
    int read(byte[] buffer, int from, int most) throws IOException {
        return in.read(buffer, from, most);
    }

    private void head(String method, String path, Map<String, String> headers) throws IOException {
        StringBuilder head =
                new StringBuilder("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
                        .formatted(method, path, host, token));
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    private void answer() throws IOException {
        String[] start = line().split(" ", 3);
        if (start.length < 2 || !start[1].matches("[1-9][0-9]{2}")) {
            throw new IOException("not an answer of HTTP: " + String.join(" ", start));
        }
        status = Integer.parseInt(start[1]);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String said = headers.getOrDefault("content-length", "0");
        length = said.matches("[0-9]{1,18}") ? Long.parseLong(said) : 0;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() > MAX_HEAD_BYTES) {
                throw new EOFException("the gateway closed the connection");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
