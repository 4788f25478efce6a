package io.talflow.gateway.invoke;

import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.event.OutcomePublisher;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.exec.FunctionExecutor;
import io.talflow.gateway.journal.Acceptance;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Journal;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Recorded;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.runtime.Heartbeats;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Workflow;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes firings: journal, run, record the outcome, tell it. Every step is repeatable, so a restart goes on from any. */
public final class Invoker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Invoker.class);
    /** The job may know a definition before this node does. */
    private static final Duration DEFINITION_PATIENCE = Duration.ofSeconds(30);
    /** A function that was asked to end, and then killed, has ended by then. */
    private static final Duration STOPPING = Duration.ofSeconds(30);

    private final Journal journal;
    private final Definitions definitions;
    private final FunctionExecutor executor;
    private final Attempts attempts;
    private final OutcomePublisher publisher;
    private final Heartbeats heartbeats;
    private final Clock clock;
    private final Map<FiringKey, Run> running = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private volatile boolean refusesNew;

    public Invoker(
            Journal journal,
            Definitions definitions,
            FunctionExecutor executor,
            Attempts attempts,
            OutcomePublisher publisher,
            Heartbeats heartbeats,
            Clock clock) {
        this.journal = journal;
        this.definitions = definitions;
        this.executor = executor;
        this.attempts = attempts;
        this.publisher = publisher;
        this.heartbeats = heartbeats;
        this.clock = clock;
    }

    /** Goes on where the journal ends: tells outcomes that may not have been told, runs again what has none. */
    public void recover() {
        List<Recorded> untold = journal.unpublished().join();
        List<Firing> unfinished = journal.unfinished().join();
        if (!untold.isEmpty() || !unfinished.isEmpty()) {
            LOG.info(
                    "From the journal: {} outcomes to tell, {} firings to run again", untold.size(), unfinished.size());
        }
        untold.forEach(publisher::publish);
        unfinished.forEach(this::run);
    }

    /** Completes when the firings are journaled; what is new then runs. One answer for each, in their order. */
    public CompletableFuture<List<Acceptance>> accept(List<Firing> firings) {
        return journal.accept(firings, refusesNew, answers -> {
            for (Acceptance answer : answers) {
                if (answer instanceof Acceptance.Run run) {
                    run(run.firing());
                } else if (answer instanceof Acceptance.Finished finished) {
                    publisher.publish(finished.recorded());
                }
            }
        });
    }

    /** Completes when the tombstones are journaled; what runs is then stopped. */
    public CompletableFuture<Void> withdraw(List<FiringKey> keys) {
        return journal.withdraw(keys, () -> {
            for (FiringKey key : keys) {
                Run run = running.remove(key);
                if (run != null) {
                    run.withdraw();
                }
            }
        });
    }

    /** From now on only firings that are known already are answered for. */
    void refuseNew() {
        refusesNew = true;
    }

    List<Run> running() {
        return List.copyOf(running.values());
    }

    /** Whoever gets true says what becomes of the run. */
    boolean claim(Run run) {
        return running.remove(run.firing().key(), run);
    }

    /** Functions that run or wait for a place to. */
    public int inFlight() {
        return running.size();
    }

    private void run(Firing firing) {
        Run run = new Run(firing, attempts);
        running.put(firing.key(), run);
        CompletableFuture<Workflow> definition =
                definitions.await(firing.workflow(), firing.version(), DEFINITION_PATIENCE);
        if (definition.isDone() && !definition.isCompletedExceptionally()) {
            start(run, definition.join());
            return;
        }
        CompletableFuture<?> unused = definition.whenComplete((workflow, error) -> {
            if (error == null) {
                start(run, workflow);
            } else {
                String message =
                        "definition %s@%s is not known on this node".formatted(firing.workflow(), firing.version());
                ended(run, FunctionErrors.unknownFunction(clock.millis(), message));
            }
        });
    }

    private void start(Run run, Workflow workflow) {
        Firing firing = run.firing();
        Function function = workflow.functions().get(firing.function());
        if (function == null) {
            String message = "workflow %s@%s has no function %s"
                    .formatted(firing.workflow(), firing.version(), firing.function());
            ended(run, FunctionErrors.unknownFunction(clock.millis(), message));
            return;
        }
        try {
            run.begin(function, executor, attempt -> watch(run, function, attempt))
                    .ifPresent(execution -> follow(run, function, execution));
        } catch (SecretStore.Unusable e) {
            ended(run, FunctionErrors.secret(clock.millis(), e.getMessage()));
        }
    }

    private void watch(Run run, Function function, Attempt attempt) {
        long beganAt = clock.millis();
        heartbeats.watch(attempt, () -> {
            Outcome silent = FunctionErrors.silent(
                    beganAt, function.name(), function.heartbeat().orElseThrow());
            CompletableFuture<?> unused = run.silence(silent)
                    .copy()
                    .completeOnTimeout(silent, STOPPING.toSeconds(), TimeUnit.SECONDS)
                    .thenAccept(stopped -> ended(run, silent));
        });
    }

    private void follow(Run run, Function function, Execution execution) {
        CompletableFuture<?> unused = execution.outcome().whenComplete((outcome, error) -> {
            if (error == null) {
                ended(run, run.told(outcome));
            } else {
                LOG.error("Executor failed on {}", run.firing().key(), error);
                ended(run, run.told(FunctionErrors.crashed(clock.millis(), function.name(), -1, error.toString())));
            }
        });
    }

    /**
     * First the last signals, then the outcome: whoever reads the log finds what the function said before how it ended.
     * The outcome is told and journaled at the same time. A crash between the two makes the function run again, as one
     * just before its end does; the log keeps the first outcome.
     */
    private void ended(Run run, Outcome outcome) {
        FiringKey key = run.firing().key();
        if (!claim(run)) {
            return; // nobody waits for it any more
        }
        CompletableFuture<Void> quiet = run.end();
        if (closed) {
            return; // what stopping does to a function is not its outcome: it runs again after the next start
        }
        CompletableFuture<?> unused = quiet.thenCompose(said -> {
                    Recorded recorded = run.recorded(outcome);
                    publisher.publish(recorded);
                    return journal.record(run.firing(), recorded);
                })
                .whenComplete((matters, error) -> {
                    if (error != null) {
                        LOG.error("Outcome of {} is told but not journaled", key, error);
                    } else {
                        run.recorded(matters ? Optional.of(outcome) : Optional.empty());
                    }
                });
    }

    /** Takes no more outcomes; call before the executors are closed. */
    @Override
    public void close() {
        closed = true;
    }
}
