package io.talflow.gateway.invoke;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.data.Producers;
import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionExecutor;
import io.talflow.gateway.history.TaskHistories;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.Json;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.model.Function;
import io.talflow.tal.replay.Replay;
import io.talflow.tal.semantics.Effect;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls functions again for the values they put. What one was called with is derived from its task's log, wherever it ran.
 * The attempt is in no journal and its outcome is told to nobody: for the task nothing has happened.
 */
public final class Recalls implements Producers {
    private static final Logger LOG = LoggerFactory.getLogger(Recalls.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_EVENTS = 100_000;

    private final TaskView view;
    private final TaskHistories histories;
    private final Definitions definitions;
    private final FunctionExecutor executor;
    private final Attempts attempts;

    public Recalls(
            TaskView view,
            TaskHistories histories,
            Definitions definitions,
            FunctionExecutor executor,
            Attempts attempts) {
        this.view = view;
        this.histories = histories;
        this.definitions = definitions;
        this.executor = executor;
        this.attempts = attempts;
    }

    @Override
    public Ended again(String firing) {
        try {
            Effect.Dispatch last = lastCall(firing);
            LOG.info("Calling {} again, as attempt {}, for values that are lost", firing, last.attempt() + 1);
            return call(last);
        } catch (RuntimeException e) {
            LOG.warn("{} cannot be called again", firing, e);
            return new Ended(0, String.valueOf(e.getMessage()));
        }
    }

    private Effect.Dispatch lastCall(String firing) {
        String task = TaskId.ofFiring(firing);
        Map<String, Object> status = view.await(task, 0, PATIENCE)
                .join()
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.UNKNOWN_TASK, "task %s is not known on this node".formatted(task)));
        return Replay.lastCall(histories.of(status, definitions::find, MAX_EVENTS), firing)
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.UNKNOWN_TASK,
                        "by the log of task %s nothing was called as %s".formatted(task, firing)));
    }

    private Ended call(Effect.Dispatch last) {
        Firing firing = new Firing(
                new FiringKey(last.firing(), last.attempt() + 1),
                last.task(),
                last.workflow(),
                last.version(),
                last.function(),
                last.as(),
                last.input());
        Function function = definitions
                .await(last.workflow(), last.version(), PATIENCE)
                .join()
                .functions()
                .get(last.function());
        Attempt attempt = attempts.openForData(firing, function);
        try {
            Outcome outcome = executor.run(
                            new FunctionCall(firing, function, attempt.access(), attempt.reported(), found -> {}, true))
                    .outcome()
                    .join();
            attempt.recorded(Optional.of(outcome));
            return new Ended(
                    firing.key().attempt(), outcome instanceof Outcome.Failed ? failure(attempt, outcome) : "");
        } finally {
            attempts.end(attempt);
            attempt.recorded(Optional.empty());
        }
    }

    private static String failure(Attempt attempt, Outcome outcome) {
        Map<String, Object> data = Json.parseObject(attempt.access().secrets().maskedJson(outcome.data()));
        return "it failed with %s: %s".formatted(data.get("error"), data.get("message"));
    }
}
