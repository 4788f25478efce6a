package io.talflow.gateway.exec;

import io.talflow.tal.model.Function;

/** The executor for each kind of function. */
public record Executors(
        FunctionExecutor python,
        FunctionExecutor http,
        FunctionExecutor command,
        FunctionExecutor image,
        FunctionExecutor replay)
        implements FunctionExecutor {
    @Override
    public Execution run(FunctionCall call) {
        Function.Executor kind = call.function().executor();
        if (kind instanceof Function.Executor.Python) {
            return python.run(call);
        }
        if (kind instanceof Function.Executor.Http) {
            return http.run(call);
        }
        if (kind instanceof Function.Executor.Command) {
            return command.run(call);
        }
        if (kind instanceof Function.Executor.Image) {
            return image.run(call);
        }
        return replay.run(call);
    }
}
