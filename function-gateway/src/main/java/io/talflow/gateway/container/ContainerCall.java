package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.exec.FunctionReply;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.gateway.log.AttemptLog;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.tal.model.Function;
import java.net.ConnectException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One attempt in one container, from its call to its outcome. */
final class ContainerCall {
    /** What calls share. */
    record Parts(
            FunctionClient client,
            ContainerStarter starter,
            FunctionLogs logs,
            ScheduledExecutorService timer,
            Executor threads,
            Clock clock) {}

    /** How a container stands after a call. */
    enum After {
        /** It may be called again. */
        USABLE,
        /** It is to be ended, when the calls that run in it have. */
        SPENT,
        /** It never took the call, which may be made in another. */
        ABSENT
    }

    private final Parts parts;
    private final ContainerJob job;
    private final RunningContainer container;
    private final FunctionCall call;
    private final Function function;
    private final Start start;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private CompletableFuture<FunctionReply> reply;
    private AttemptLog log;
    private long began;
    private volatile After after = After.USABLE;
    /** Its time is over, or it is not wanted any more. */
    private volatile boolean stopped;

    ContainerCall(Parts parts, ContainerJob job, RunningContainer container, Start start) {
        this.parts = parts;
        this.start = start;
        this.job = job;
        this.container = container;
        call = job.call();
        function = call.function();
    }

    /** Makes the call. @return completes when the call has ended, with how that leaves the container; its outcome is told by then */
    CompletableFuture<After> begin() {
        began = parts.clock().millis();
        long limit = function.timeout().toMillis();
        log = parts.logs().open(call.firing(), call.access().secrets());
        container.output().begin(log);
        container.values().ifPresent(values -> values.begin(call.access().token()));
        Map<String, String> headers = call.headers(began + limit, container.runtime());
        headers.putAll(call.secretHeaders());
        call.begins().accept(start);
        reply = container.contract().call(parts.client(), container.url(), call, headers);
        ScheduledFuture<?> timeout = parts.timer().schedule(this::timeOut, limit, TimeUnit.MILLISECONDS);
        CompletableFuture<?> unused = reply.whenComplete((answer, error) -> {
            if (error == null) {
                answered(answer);
            } else {
                broken(error instanceof CompletionException && error.getCause() != null ? error.getCause() : error);
            }
        });
        job.runs(this);
        return outcome.handle((ended, error) -> {
            timeout.cancel(false);
            container.output().end(log);
            container.values().ifPresent(ValueMount::end);
            if (after != After.ABSENT) {
                tell(ended);
            }
            return after;
        });
    }

    /** One that was stopped ends when its container is gone, so that no attempt begins beside it. With others in it that may be long. */
    private void tell(Outcome ended) {
        if (!stopped || !isAlone()) {
            job.outcome().complete(ended);
            return;
        }
        CompletableFuture<?> unused = container
                .removed()
                .copy()
                .completeOnTimeout(null, parts.starter().longestEnd().toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> job.outcome().complete(ended));
    }

    private boolean isAlone() {
        return function.executor() instanceof Function.Executor.Image image
                && image.container().concurrency() == 1;
    }

    private void answered(FunctionReply answer) {
        if (!container.contract().isUsableAfter(answer)) {
            after = After.SPENT;
        }
        call.answered(
                answer,
                "the container of " + function.name(),
                began,
                parts.clock().millis(),
                outcome);
    }

    private void timeOut() {
        after = After.SPENT;
        stopped = true;
        if (outcome.complete(FunctionErrors.timeout(began, function.name(), function.timeout()))) {
            reply.cancel(true);
        }
    }

    private void broken(Throwable error) {
        if (outcome.isDone()) {
            return;
        }
        if (error instanceof FunctionClient.ReplyTooLarge) {
            outcome.complete(FunctionErrors.tooLarge(began, -1));
        } else if (error instanceof ConnectException && job.tryAgain()) {
            after = After.ABSENT;
            outcome.complete(null);
        } else {
            after = After.SPENT;
            parts.threads().execute(() -> outcome.complete(crashed(error)));
        }
    }

    private Outcome crashed(Throwable error) {
        String message;
        try {
            Engine.State state = parts.starter().state(container);
            if (state.outOfMemory()) {
                message = "the container of %s needed more than its memory, %d MiB"
                        .formatted(function.name(), job.image().container().memoryBytes() >> 20);
            } else if (!state.running()) {
                return FunctionErrors.crashed(began, function.name(), state.exitCode(), log.tail());
            } else {
                message = "the container of %s broke the connection: %s".formatted(function.name(), error.getMessage());
            }
        } catch (EngineFailure e) {
            message = "the container of %s is gone: %s".formatted(function.name(), e.getMessage());
        }
        return Outcome.Failed.of(began, "Function.Crashed", message, log.tail());
    }

    /** Closes the connection, which ends the container too if nothing else runs in it. */
    void cancel() {
        if (isAlone()) {
            after = After.SPENT;
        }
        stopped = true;
        outcome.complete(FunctionErrors.crashed(began, function.name(), 128 + 15, ""));
        reply.cancel(true);
    }
}
