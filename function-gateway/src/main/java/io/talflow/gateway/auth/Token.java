package io.talflow.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A token as it is kept. Its text is {@code tlf_ID_SECRET}, the secret 256 random bits; of the text only its SHA-256 is
 * kept. A slow hash would protect a secret that somebody thought up; nobody guesses this one.
 *
 * @param id eight hex digits, not secret: what the token is looked up, listed and revoked by
 * @param name whom it was made for
 * @param sha256 of the text, in hex
 * @param createdAt epoch milliseconds
 * @param expiresAt epoch milliseconds; 0: never
 */
public record Token(String id, String name, Role role, String sha256, long createdAt, long expiresAt) {
    private static final String PREFIX = "tlf_";
    private static final int ID_BYTES = 4;
    private static final int SECRET_BYTES = 32;
    private static final int MAX_NAME = 63;
    private static final SecureRandom RANDOM = new SecureRandom();

    public Token {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,%d}".formatted(MAX_NAME - 1))) {
            throw new IllegalArgumentException(
                    "a token's name must be 1 to %d of A-Z a-z 0-9 . _ @ -, is '%s'".formatted(MAX_NAME, name));
        }
    }

    /** A new token and its text, which is shown once and never kept. */
    public record Made(Token token, String text) {}

    static Made make(String name, Role role, long now, long expiresAt) {
        String id = HexFormat.of().formatHex(random(ID_BYTES));
        String text =
                PREFIX + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random(SECRET_BYTES));
        return new Made(new Token(id, name, role, HexFormat.of().formatHex(digest(text)), now, expiresAt), text);
    }

    /** The id in a token's text; empty if it is no token's. */
    static String idIn(String text) {
        int end = PREFIX.length() + 2 * ID_BYTES;
        return text.startsWith(PREFIX) && text.length() > end && text.charAt(end) == '_'
                ? text.substring(PREFIX.length(), end)
                : "";
    }

    /** Whether this is the token's text; takes as long for a near miss as for a far one. */
    boolean isOf(String text) {
        return MessageDigest.isEqual(HexFormat.of().parseHex(sha256), digest(text));
    }

    public boolean expired(long now) {
        return expiresAt != 0 && now >= expiresAt;
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
