package io.talflow.gateway.secret;

import java.nio.charset.StandardCharsets;

/**
 * Masks output as it comes. What may be the beginning of a value is held back until more of it has come, or the end; so is
 * a whole value that another one may go on from. Not for several threads.
 */
public final class MaskedStream {
    private final Secrets secrets;
    /** Not masked yet; each byte a character. */
    private String held = "";

    MaskedStream(Secrets secrets) {
        this.secrets = secrets;
    }

    /** What may be written now that these bytes have come. */
    public byte[] next(byte[] bytes, int length) {
        String come = held + new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        int safe = secrets.safe(come);
        held = come.substring(safe);
        return masked(come.substring(0, safe));
    }

    /** What was held back, at the end. */
    public byte[] rest() {
        String rest = held;
        held = "";
        return masked(rest);
    }

    private byte[] masked(String text) {
        return secrets.masked(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
