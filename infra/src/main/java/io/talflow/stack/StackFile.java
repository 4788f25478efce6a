package io.talflow.stack;

import io.talflow.gateway.auth.PrivateFile;
import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a running stack is found: {@code stack.json} in its data directory, written when it serves and removed when it
 * stops. A stale one is left by a kill; whoever reads it asks the gateway before trusting it.
 *
 * @param url of the gateway
 * @param kafka bootstrap address
 * @param pid of the process that owns the data directory
 * @param token that the gateway takes, of role admin; empty: it asks for none
 */
public record StackFile(String url, String kafka, long pid, String token) {
    private static final String NAME = "stack.json";

    /** The file of a data directory, if there is a readable one. */
    public static Optional<StackFile> read(Path data) {
        try {
            Map<String, Object> json = Json.parseObject(Files.readAllBytes(data.resolve(NAME)));
            if (json.get("url") instanceof String url
                    && json.get("kafka") instanceof String kafka
                    && json.get("pid") instanceof Long pid) {
                return Optional.of(
                        new StackFile(url, kafka, pid, json.get("token") instanceof String token ? token : ""));
            }
            return Optional.empty();
        } catch (IOException | Json.NotJson e) {
            return Optional.empty();
        }
    }

    /** Replaces the file in one step, so that no reader sees half of it; it is its owner's alone. */
    void write(Path data) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("url", url);
        json.put("kafka", kafka);
        json.put("pid", pid);
        if (!token.isEmpty()) {
            json.put("token", token);
        }
        PrivateFile.replace(data.resolve(NAME), Json.bytes(json));
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }
}
