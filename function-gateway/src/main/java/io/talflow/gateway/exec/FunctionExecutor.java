package io.talflow.gateway.exec;

/** Runs functions of one kind. Returns at once. */
public interface FunctionExecutor {
    Execution run(FunctionCall call);
}
