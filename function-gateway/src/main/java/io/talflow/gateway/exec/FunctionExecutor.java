package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.tal.model.Function;

/** Runs functions of one kind. Returns at once. */
public interface FunctionExecutor {
    Execution run(Firing firing, Function function);
}
