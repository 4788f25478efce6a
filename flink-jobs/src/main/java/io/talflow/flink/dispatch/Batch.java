package io.talflow.flink.dispatch;

import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The body of one call to a gateway. Inputs are JSON already and are not parsed again. */
final class Batch {
    private Batch() {}

    static byte[] body(List<Request> requests) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256 * requests.size());
        write(out, "{\"firings\":[");
        String separator = "";
        for (Request request : requests) {
            if (!request.withdraw()) {
                write(out, separator);
                head(out, request);
                field(out, ",\"workflow\":", request.workflow());
                field(out, ",\"version\":", request.version());
                field(out, ",\"function\":", request.function());
                field(out, ",\"as\":", request.as());
                write(out, ",\"input\":");
                out.writeBytes(request.input());
                write(out, "}");
                separator = ",";
            }
        }
        write(out, "],\"withdrawals\":[");
        separator = "";
        for (Request request : requests) {
            if (request.withdraw()) {
                write(out, separator);
                head(out, request);
                write(out, "}");
                separator = ",";
            }
        }
        write(out, "]}");
        return out.toByteArray();
    }

    static Map<String, Request> byFiring(List<Request> requests) {
        Map<String, Request> byFiring = new HashMap<>();
        for (Request request : requests) {
            if (!request.withdraw()) {
                byFiring.put(request.firing(), request);
            }
        }
        return byFiring;
    }

    private static void head(ByteArrayOutputStream out, Request request) {
        field(out, "{\"task\":", request.task());
        field(out, ",\"firing\":", request.firing());
        write(out, ",\"attempt\":" + request.attempt());
    }

    private static void field(ByteArrayOutputStream out, String name, String value) {
        write(out, name);
        out.writeBytes(Json.bytes(value));
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
