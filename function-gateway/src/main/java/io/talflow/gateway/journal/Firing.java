package io.talflow.gateway.journal;

import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A function to run, as the job asks for it.
 *
 * @param as the node of the workflow it runs for
 * @param input JSON
 */
public record Firing(
        FiringKey key, String task, String workflow, String version, String function, String as, byte[] input) {
    public Firing {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(workflow, "workflow");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(as, "as");
        Objects.requireNonNull(input, "input");
    }

    /** SHA-256, in hex, over everything but the key, the order of an object's fields apart. */
    String digest() {
        MessageDigest digest = sha256();
        for (String part : new String[] {task, workflow, version, function, as}) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return HexFormat.of().formatHex(digest.digest(Json.canonical(Json.parse(input))));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
