package io.talflow.gateway.auth;

import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens of a gateway: a JSON file that only its owner may read. Changed by whole replacement, so that the gateway,
 * which reads it each second, never sees half of it.
 */
public final class TokenFile {
    private final Path file;

    public TokenFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** What is read and what is written under the lock. */
    private interface Change {
        List<Token> of(List<Token> tokens);
    }

    /**
     * Adds a token and returns it with its text.
     *
     * @param expiresAt epoch milliseconds; 0: never
     * @throws IllegalArgumentException of a name that may not be one
     */
    public Token.Made create(String name, Role role, long now, long expiresAt) throws IOException {
        Token.Made made = Token.make(name, role, now, expiresAt);
        change(tokens -> {
            List<Token> more = new ArrayList<>(tokens);
            more.add(made.token());
            return more;
        });
        return made;
    }

    /** Removes the tokens with that id or name and returns how many there were. */
    public int revoke(String idOrName) throws IOException {
        int[] revoked = {0};
        change(tokens -> {
            List<Token> kept = tokens.stream()
                    .filter(token ->
                            !token.id().equals(idOrName) && !token.name().equals(idOrName))
                    .toList();
            revoked[0] = tokens.size() - kept.size();
            return kept;
        });
        return revoked[0];
    }

    /**
     * The tokens, in the order they were made; none if there is no file.
     *
     * @throws IOException if it cannot be read or is no file of tokens
     */
    public List<Token> read() throws IOException {
        return parse(bytes().orElse(null));
    }

    Optional<byte[]> bytes() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** @param json null: no file */
    List<Token> parse(byte[] json) throws IOException {
        List<Token> tokens = new ArrayList<>();
        if (json == null) {
            return tokens;
        }
        try {
            for (Object each : (List<?>) Json.parseObject(json).get("tokens")) {
                Map<?, ?> fields = (Map<?, ?>) each;
                Object expiresAt = fields.get("expiresAt");
                tokens.add(new Token(
                        (String) fields.get("id"),
                        (String) fields.get("name"),
                        Role.valueOf(((String) fields.get("role")).toUpperCase(Locale.ROOT)),
                        (String) fields.get("sha256"),
                        (Long) fields.get("createdAt"),
                        expiresAt == null ? 0 : (Long) expiresAt));
            }
            return tokens;
        } catch (Json.NotJson | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new IOException("%s is no file of tokens: %s".formatted(file, e.getMessage()), e);
        }
    }

    private void change(Change change) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        PrivateFile.ensure(lockFile);
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            write(change.of(read()));
        }
    }

    private void write(List<Token> tokens) throws IOException {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Token token : tokens) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("id", token.id());
            fields.put("name", token.name());
            fields.put("role", token.role().word());
            fields.put("sha256", token.sha256());
            fields.put("createdAt", token.createdAt());
            if (token.expiresAt() != 0) {
                fields.put("expiresAt", token.expiresAt());
            }
            list.add(fields);
        }
        PrivateFile.replace(file, Json.bytes(Map.of("tokens", list)));
    }
}
