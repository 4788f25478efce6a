package io.talflow.flink.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingRunnable;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call to a gateway")
class GatewayCallsTest {
    private final CompletableFuture<SimpleHttpResponse> answer = new CompletableFuture<>();
    private final Mails mails = new Mails();
    private final List<String> seen = new ArrayList<>();
    private final GatewayCalls calls = new GatewayCalls((url, body) -> answer, mails, new Port());

    @Test
    @DisplayName("that was taken is seen to with the next event, and wakes nobody")
    void isSeenToWithTheNextEvent() {
        call();
        answer.complete(new SimpleHttpResponse(202));

        assertThat(mails.all).isEmpty();
        assertThat(seen).isEmpty();
        calls.settle();
        assertThat(seen).containsExactly("taken");
    }

    @Test
    @DisplayName("that was taken wakes the operator where something waits for that")
    void wakesTheOperatorWhereSomethingWaits() throws Exception {
        call();
        calls.settle(true);
        answer.complete(new SimpleHttpResponse(202));

        assertThat(mails.all).hasSize(1);
        mails.all.get(0).run();
        assertThat(seen).containsExactly("taken");
    }

    @Test
    @DisplayName("that was taken before something waited is seen when that is said")
    void isSeenWhenSomethingComesToWait() {
        call();
        answer.complete(new SimpleHttpResponse(202));
        calls.settle(true);

        assertThat(seen).containsExactly("taken");
    }

    @Test
    @DisplayName("that was refused in part wakes the operator at once")
    void wakesTheOperatorForARefusal() throws Exception {
        SimpleHttpResponse refused = new SimpleHttpResponse(202);
        refused.setBody("{\"results\":[]}", ContentType.APPLICATION_JSON);
        call();
        answer.complete(refused);
        mails.all.get(0).run();

        assertThat(seen).containsExactly("answered 202");
    }

    @Test
    @DisplayName("that failed wakes the operator at once")
    void wakesTheOperatorForAFailure() throws Exception {
        call();
        answer.completeExceptionally(new IOException("refused"));
        mails.all.get(0).run();

        assertThat(seen).containsExactly("failed");
    }

    private void call() {
        calls.call(new Lane("node"), "http://node", List.of(Request.withdraw("w/t", "w/t@0/r/0", 1)));
    }

    private final class Port implements GatewayCalls.Port {
        @Override
        public void taken(Lane lane, List<Request> batch) {
            seen.add("taken");
        }

        @Override
        public void answered(Lane lane, List<Request> batch, SimpleHttpResponse response, Throwable failure) {
            seen.add(failure == null ? "answered " + response.getCode() : "failed");
        }
    }

    private static final class Mails implements MailboxExecutor {
        private final List<ThrowingRunnable<? extends Exception>> all = new ArrayList<>();

        @Override
        public void execute(
                MailOptions options, ThrowingRunnable<? extends Exception> command, String format, Object... args) {
            all.add(command);
        }

        @Override
        public void yield() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryYield() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean shouldInterrupt() {
            return false;
        }
    }
}
