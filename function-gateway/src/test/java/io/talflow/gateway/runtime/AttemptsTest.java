package io.talflow.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private final Attempts attempts = new Attempts(
            new Access.Urls("http://local:1", "http://advertised:1"),
            new SecretStore(Optional.empty()),
            Clock.systemUTC());

    @Test
    void givesEachAttemptATokenOf128Bits() {
        Attempt first = open(1);
        Attempt second = open(2);
        assertThat(first.access().token())
                .matches("[0-9a-f]{32}")
                .isNotEqualTo(second.access().token());
        assertThat(attempts.of(first.access().token())).isSameAs(first);
        assertThat(attempts.of(second.access().token())).isSameAs(second);
    }

    @Test
    void endsOnlyWhenEachSignalUnderWayIsAcknowledgedOrHasFailed() {
        Attempt attempt = open(1);
        CompletableFuture<String> one = new CompletableFuture<>();
        CompletableFuture<String> two = new CompletableFuture<>();
        CompletableFuture<String> acknowledged = attempt.signal(() -> one);
        CompletableFuture<String> failed = attempt.signal(() -> two);
        assertThat(attempt.quiet()).isNotDone();
        attempts.end(attempt);
        assertThat(attempt.quiet()).isNotDone();
        one.complete("id");
        assertThat(acknowledged).isCompletedWithValue("id");
        assertThat(attempt.quiet()).isNotDone();
        two.completeExceptionally(new IllegalStateException("no broker"));
        assertThat(failed).isCompletedExceptionally();
        assertThat(attempt.quiet()).isCompleted();
    }

    @Test
    void sendsNothingOnceItsEndHasBegun() {
        Attempt attempt = open(1);
        CompletableFuture<String> underWay = new CompletableFuture<>();
        assertThat(attempt.signal(() -> underWay)).isNotDone();
        attempts.end(attempt);
        refused(
                GatewayError.ATTEMPT_ENDED,
                () -> attempt.signal(() -> {
                    throw new AssertionError("sent");
                }));
        refused(GatewayError.ATTEMPT_ENDED, () -> attempts.of(attempt.access().token()));
    }

    @Test
    void letsGoOfASignalThatCannotBeSent() {
        Attempt attempt = open(1);
        assertThatThrownBy(() -> attempt.signal(() -> {
                    throw new IllegalStateException("closed");
                }))
                .hasMessage("closed");
        attempts.end(attempt);
        assertThat(attempt.quiet()).isCompleted();
    }

    @Test
    void acknowledgesAReportWhenItIsTheOutcomeInTheJournal() {
        Attempt attempt = open(1);
        Reported report = new Reported.Result(new byte[] {'1'});
        CompletableFuture<Void> acknowledged = attempt.report(report);
        assertThat(attempt.reported()).isCompletedWithValue(report);
        assertThat(acknowledged).isNotDone();
        attempt.recorded(Optional.of(report.outcome(7)));
        assertThat(acknowledged).isCompleted();
    }

    @Test
    void refusesAReportThatAnotherOutcomePreceded() {
        Reported report = new Reported.Result(new byte[] {'1'});
        Attempt timedOut = open(1);
        CompletableFuture<Void> tooLate = timedOut.report(report);
        timedOut.recorded(Optional.of(new Reported.Result(new byte[] {'1'}).outcome(7)));
        assertThat(tooLate).isCompletedExceptionally();
        Attempt withdrawn = open(2);
        CompletableFuture<Void> unwanted = withdrawn.report(report);
        withdrawn.recorded(Optional.empty());
        assertThat(unwanted).isCompletedExceptionally();
        refused(GatewayError.ATTEMPT_ENDED, () -> {
            CompletableFuture<Void> unused = withdrawn.report(report);
        });
        Attempt ended = open(3);
        attempts.end(ended);
        refused(GatewayError.ATTEMPT_ENDED, () -> {
            CompletableFuture<Void> unused = ended.report(report);
        });
    }

    @Test
    void knowsNoOtherToken() {
        refused(GatewayError.UNKNOWN_TOKEN, () -> attempts.of(""));
        refused(GatewayError.UNKNOWN_TOKEN, () -> attempts.of("0".repeat(32)));
    }

    private static void refused(GatewayError error, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GatewayFailure.class,
                        failure -> assertThat(failure.error()).isEqualTo(error));
    }

    private Attempt open(int number) {
        Function function = Function.of(
                "f",
                new Function.Executor.Python("f.py", "handler"),
                Map.of(),
                Duration.ofSeconds(1),
                new Position(1, 1));
        byte[] input = "{}".getBytes(StandardCharsets.UTF_8);
        return attempts.open(
                new Firing(new FiringKey("w/t@0/r/0", number), "w/t", "w", "0", "f", "f", input), function);
    }
}
