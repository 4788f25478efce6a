package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;

/** A function of a version of a workflow: what has a share of its node, and containers of its own. */
public record FunctionKey(String workflow, String version, String function) {
    /** The function that the firing calls. */
    public static FunctionKey of(Firing firing) {
        return new FunctionKey(firing.workflow(), firing.version(), firing.function());
    }

    @Override
    public String toString() {
        return "%s@%s/%s".formatted(workflow, version, function);
    }
}
