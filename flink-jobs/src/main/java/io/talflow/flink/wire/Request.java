package io.talflow.flink.wire;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.Effect;

/**
 * What the dispatcher is told.
 *
 * @param input JSON; empty but where a function is to run
 * @param nodes ids of the nodes it may run on, with commas between; empty: any
 */
public record Request(
        Kind kind,
        String task,
        String workflow,
        String version,
        String firing,
        int attempt,
        String function,
        String as,
        byte[] input,
        String nodes) {
    private static final byte[] NO_INPUT = new byte[0];

    /** What is to happen to the firing. */
    public enum Kind {
        /** A gateway is to run it. */
        RUN,
        /** Its gateway is to stop it. */
        WITHDRAW,
        /** Nothing: what became of that attempt is known. */
        ENDED
    }

    public static Request run(Effect.Dispatch dispatch) {
        return new Request(
                Kind.RUN,
                dispatch.task(),
                dispatch.workflow(),
                dispatch.version(),
                dispatch.firing(),
                dispatch.attempt(),
                dispatch.function(),
                dispatch.as(),
                dispatch.input(),
                dispatch.nodes());
    }

    public static Request withdraw(String task, String firing, int attempt) {
        return new Request(Kind.WITHDRAW, task, "", "", firing, attempt, "", "", NO_INPUT, "");
    }

    /** @param event that says what became of an attempt */
    public static Request ended(TalEvent event) {
        return new Request(Kind.ENDED, event.task(), "", "", event.firing(), event.attempt(), "", "", NO_INPUT, "");
    }

    public boolean withdraw() {
        return kind == Kind.WITHDRAW;
    }
}
