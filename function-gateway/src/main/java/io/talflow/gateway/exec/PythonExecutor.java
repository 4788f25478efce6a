package io.talflow.gateway.exec;

import io.talflow.tal.model.Function;

/** Runs handlers of Python files in warm function servers. */
public final class PythonExecutor implements FunctionExecutor {
    private final PythonPool pool;

    public PythonExecutor(PythonPool pool) {
        this.pool = pool;
    }

    @Override
    public Execution run(FunctionCall call) {
        Function.Executor.Python python =
                (Function.Executor.Python) call.function().executor();
        PythonJob job = new PythonJob(
                new PythonJob.ServerKey(
                        call.firing().version(),
                        python.file(),
                        python.handler(),
                        call.function().secrets()),
                call);
        pool.submit(job);
        return new Execution(job.outcome(), () -> pool.cancel(job));
    }
}
