package io.talflow.function;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer.
 *
 * @param status such as {@code 200 OK}
 * @param headers whole lines; Content-Length is added
 */
record Reply(String status, List<String> headers, byte[] body) {
    static Reply toProbe(String method) {
        return method.equals("GET")
                ? new Reply("200 OK", List.of("Content-Type: text/plain"), "ready".getBytes(StandardCharsets.UTF_8))
                : new Reply("405 Method Not Allowed", List.of("Allow: GET, POST"), new byte[0]);
    }

    static Reply json(String status, List<String> headers, String body) {
        List<String> all = new ArrayList<>(headers);
        all.add("Content-Type: application/json");
        return new Reply(status, all, body.getBytes(StandardCharsets.UTF_8));
    }

    void write(OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + body.length);
        whole.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        whole.writeBytes(body);
        whole.writeTo(out);
        out.flush();
    }
}
