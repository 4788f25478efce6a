package io.talflow.tal.semantics;

import java.nio.ByteBuffer;

/**
 * What a task remembers of a rule as a whole.
 *
 * @param firings how often it has fired
 * @param enabled false: it sees nothing
 * @param begun whether it has ever been enabled
 */
record RuleState(int firings, boolean enabled, boolean begun) {
    private static final int ENABLED = 1;
    private static final int BEGUN = 2;

    static RuleState of(byte[] row, CompiledRule rule) {
        if (row == null) {
            return new RuleState(0, rule.rule().enabled(), rule.rule().enabled());
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        int firings = in.getInt();
        byte flags = in.get();
        return new RuleState(firings, (flags & ENABLED) != 0, (flags & BEGUN) != 0);
    }

    byte[] row() {
        return ByteBuffer.allocate(Integer.BYTES + 1)
                .putInt(firings)
                .put((byte) ((enabled ? ENABLED : 0) | (begun ? BEGUN : 0)))
                .array();
    }

    RuleState fired() {
        return new RuleState(firings + 1, enabled, begun);
    }

    RuleState switched(boolean on) {
        return new RuleState(firings, on, begun || on);
    }

    /** Has fired once and for all. */
    boolean isDeaf(CompiledRule rule) {
        return rule.firesOnce() && firings > 0;
    }

    /** In a word, for whoever asks. */
    String name(CompiledRule rule) {
        return isDeaf(rule) ? "fired" : enabled ? "armed" : "disabled";
    }

    boolean isArmed(CompiledRule rule) {
        return enabled && !isDeaf(rule);
    }
}
