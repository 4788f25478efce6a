package io.talflow.gateway.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionExecutor;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.runtime.Access;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final Function FUNCTION = Function.of(
            "f", new Function.Executor.Python("f.py", "handler"), Map.of(), Duration.ofSeconds(1), new Position(1, 1));

    private final Attempts attempts = new Attempts(
            new Access.Urls("http://local:1", "http://advertised:1"),
            new SecretStore(Optional.empty()),
            Clock.systemUTC());
    private final List<FunctionCall> called = new ArrayList<>();
    private final List<FiringKey> cancelled = new ArrayList<>();
    private final FunctionExecutor executor = call -> {
        called.add(call);
        return new Execution(
                new CompletableFuture<>(), () -> cancelled.add(call.firing().key()));
    };

    @Test
    void aWithdrawalStopsItAndItsSignals() {
        Run run = run(1);
        assertThat(run.begin(FUNCTION, executor, attempt -> {})).isPresent();
        String token = called.get(0).access().token();
        assertThat(attempts.of(token)).isNotNull();
        run.withdraw();
        assertThat(cancelled).containsExactly(new FiringKey("w/t@0/r/0", 1));
        assertThatThrownBy(() -> attempts.of(token))
                .isInstanceOf(GatewayFailure.class)
                .hasMessageContaining("ended");
    }

    @Test
    void aSilentOneIsStoppedAndHasEndedWhenItsFunctionHasWhateverThatSaysLast() {
        Run run = run(1);
        CompletableFuture<Outcome> execution =
                run.begin(FUNCTION, executor, attempt -> {}).orElseThrow().outcome();
        String token = called.get(0).access().token();
        Outcome silent = Outcome.Failed.of(1, "Heartbeat.Missed", "nothing was heard", "");
        CompletableFuture<Outcome> ended = run.silence(silent);
        assertThat(cancelled).containsExactly(new FiringKey("w/t@0/r/0", 1));
        assertThatThrownBy(() -> attempts.of(token)).isInstanceOf(GatewayFailure.class);
        assertThat(ended).as("it has its grace").isNotDone();
        Outcome late = new Outcome.Completed(1, new byte[] {'7'});
        execution.complete(late);
        assertThat(ended).isCompleted();
        assertThat(run.told(late)).isSameAs(silent);
    }

    @Test
    void doesNotBeginWhenItWasWithdrawnWhileItWaitedForItsDefinition() {
        Run run = run(1);
        run.withdraw();
        assertThat(run.begin(FUNCTION, executor, attempt -> {})).isEmpty();
        assertThat(called).isEmpty();
        assertThat(run.end()).isCompleted();
    }

    @Test
    void isOneAttemptAndNoOther() {
        Run first = run(1);
        Run second = run(2);
        assertThat(first.begin(FUNCTION, executor, attempt -> {})).isPresent();
        assertThat(second.begin(FUNCTION, executor, attempt -> {})).isPresent();
        first.withdraw();
        assertThat(cancelled).containsExactly(new FiringKey("w/t@0/r/0", 1));
        assertThat(attempts.of(called.get(1).access().token())).isNotNull();
        assertThat(second.end()).isCompleted();
    }

    private Run run(int attempt) {
        return new Run(
                new Firing(new FiringKey("w/t@0/r/0", attempt), "w/t", "w", "0", "f", "f", new byte[] {'1'}), attempts);
    }
}
