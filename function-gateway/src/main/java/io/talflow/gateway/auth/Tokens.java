package io.talflow.gateway.auth;

import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens a running gateway knows: those of its file, which it looks at again each second. */
public final class Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

    private final TokenFile file;
    private final Clock clock;
    private byte[] seen;
    private volatile Map<String, Token> byId = Map.of();

    /** @throws IOException if there is a file and it cannot be read */
    public Tokens(TokenFile file, Clock clock) throws IOException {
        this.file = file;
        this.clock = clock;
        read();
    }

    /** The holder of a token; empty if it is none of this gateway, was revoked or has expired. */
    public Optional<Principal> holder(String text) {
        Token token = byId.get(Token.idIn(text));
        return token != null && token.isOf(text) && !token.expired(clock.millis())
                ? Optional.of(new Principal(token.name(), token.id(), token.role()))
                : Optional.empty();
    }

    public boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Takes up what was created or revoked. A file that cannot be read leaves the tokens as they are and is complained of. */
    public void reload() {
        try {
            read();
        } catch (IOException | RuntimeException e) {
            LOG.error("The tokens stay as they are: {}", e.getMessage());
        }
    }

    private synchronized void read() throws IOException {
        byte[] bytes = file.bytes().orElse(null);
        if (bytes == null ? seen == null : Arrays.equals(bytes, seen)) {
            return;
        }
        Map<String, Token> known = new HashMap<>();
        for (Token token : file.parse(bytes)) {
            known.put(token.id(), token);
        }
        byId = Map.copyOf(known);
        seen = bytes;
    }
}
