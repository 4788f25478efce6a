package io.talflow.tal.parse;

import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;

/** Placeholder until the language branch is merged. */
public final class RuleReader {
    private RuleReader() {}

    public static Rule read(Workflow workflow, Object json) {
        throw new IllegalStateException("not merged yet");
    }
}
