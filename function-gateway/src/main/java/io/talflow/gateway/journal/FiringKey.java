package io.talflow.gateway.journal;

import java.util.Objects;

/** One attempt of one firing. */
public record FiringKey(String firing, int attempt) {
    public FiringKey {
        Objects.requireNonNull(firing, "firing");
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be 1 or more, is " + attempt);
        }
    }

    /** The id of its outcome's event. */
    @Override
    public String toString() {
        return firing + "/" + attempt;
    }
}
