package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Takes the recorded runtime and answers with a descriptor for each declared datum. Holds no thread meanwhile. */
public final class ReplayExecutor implements FunctionExecutor {
    private final ScheduledExecutorService timer;
    private final Clock clock;

    public ReplayExecutor(ScheduledExecutorService timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
    }

    @Override
    public Execution run(FunctionCall call) {
        Function function = call.function();
        long runtime =
                ((Function.Executor.Replay) function.executor()).runtime().toMillis();
        long limit = function.timeout().toMillis();
        long began = clock.millis();
        Outcome outcome = runtime > limit
                ? FunctionErrors.timeout(began, function.name(), function.timeout())
                : new Outcome.Completed(began, Json.bytes(descriptors(function.emits())));
        if (runtime == 0) {
            return new Execution(CompletableFuture.completedFuture(outcome), () -> {});
        }
        CompletableFuture<Outcome> ended = new CompletableFuture<>();
        ScheduledFuture<?> timing =
                timer.schedule(() -> ended.complete(outcome), Math.min(runtime, limit), TimeUnit.MILLISECONDS);
        return new Execution(ended, () -> timing.cancel(false));
    }

    /** A value's descriptor is {@code {"bytes": n}}, null bytes if undeclared; a stream has as many slices as it declares. */
    private static Map<String, Object> descriptors(Map<String, Datum> emits) {
        Map<String, Object> result = new LinkedHashMap<>();
        emits.forEach((name, datum) -> {
            Map<String, Object> descriptor = new LinkedHashMap<>();
            descriptor.put("bytes", datum.bytes() < 0 ? null : datum.bytes());
            result.put(
                    name,
                    datum.kind() == Datum.Kind.STREAM ? Collections.nCopies(datum.slices(), descriptor) : descriptor);
        });
        return result;
    }
}
