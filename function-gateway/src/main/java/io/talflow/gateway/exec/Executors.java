package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.tal.model.Function;

/** The executor for each kind of function. */
public record Executors(FunctionExecutor python, FunctionExecutor http, FunctionExecutor replay)
        implements FunctionExecutor {
    @Override
    public Execution run(Firing firing, Function function) {
        if (function.executor() instanceof Function.Executor.Python) {
            return python.run(firing, function);
        }
        if (function.executor() instanceof Function.Executor.Http) {
            return http.run(firing, function);
        }
        return replay.run(firing, function);
    }
}
