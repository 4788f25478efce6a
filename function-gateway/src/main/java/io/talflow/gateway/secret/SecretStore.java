package io.talflow.gateway.secret;

import io.talflow.tal.model.Function;
import io.talflow.tal.parse.Names;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets of a node: a directory with a file for each, named as the secret. Read with each call, so that a new value
 * counts from the next call on.
 */
public final class SecretStore {
    /** Bound on a value, bytes. */
    static final int MAX_BYTES = 16 * 1024;

    /** A shorter value could not be masked without masking words that are none. */
    static final int MIN_BYTES = 8;

    private final Optional<Path> directory;

    /** @param directory empty: this node has no secrets */
    public SecretStore(Optional<Path> directory) {
        this.directory = directory;
    }

    /** A secret that a function needs and the node cannot give; the message never has a value. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /** What a function is given. */
    public Secrets of(Function function) {
        if (function.secrets().isEmpty()) {
            return Secrets.NONE;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (Function.Secret secret : function.secrets()) {
            values.put(secret.name(), value(function.name(), secret.name()));
        }
        return new Secrets(values);
    }

    private String value(String function, String name) {
        if (!Names.isWorkflowName(name)) {
            throw new Unusable("function %s names a secret that can be none".formatted(function));
        }
        Path file = directory
                .orElseThrow(() -> new Unusable(
                        "function %s needs secret %s, and this node has no secrets: start its gateway with --secrets DIR"
                                .formatted(function, name)))
                .resolve(name);
        String value;
        try {
            if (!Files.isRegularFile(file)) {
                throw new Unusable(
                        "function %s needs secret %s, and this node has none of that name: put it in a file %s in the directory of --secrets"
                                .formatted(function, name, name));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw wrong(name);
            }
            value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(name);
        } catch (IOException e) {
            throw new Unusable("secret %s cannot be read on this node: %s"
                    .formatted(name, e.getClass().getSimpleName()));
        }
        String kept = value.replaceFirst("\r?\n\\z", "");
        if (kept.getBytes(StandardCharsets.UTF_8).length < MIN_BYTES || kept.indexOf('\0') >= 0) {
            throw wrong(name);
        }
        return kept;
    }

    private static Unusable wrong(String name) {
        return new Unusable(
                "secret %s must be text in UTF-8 of %d to %d bytes, without NUL; a line break at its end does not count"
                        .formatted(name, MIN_BYTES, MAX_BYTES));
    }
}
