package io.talflow.flink.emit;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

/**
 * Lets an emitted event through if its topic exists; else it is a dead letter. A producer waits a minute for a topic that is
 * not there and then fails the job, which would emit the same event again, for ever.
 */
public final class TopicGuard extends RichAsyncFunction<Outgoing, Outgoing> {
    private static final long serialVersionUID = 1L;
    /** How long an answer of the broker counts. A topic that is missing is usually about to be created. */
    private static final Duration EXISTING = Duration.ofSeconds(30);

    private static final Duration MISSING = Duration.ofSeconds(1);

    private final Lookups lookups;
    private transient Lookup lookup;
    private transient Map<String, Known> known;

    /** Makes the lookup of a subtask. */
    @FunctionalInterface
    public interface Lookups extends Serializable {
        Lookup open();
    }

    /** Whether topics exist. */
    public interface Lookup extends AutoCloseable {
        CompletionStage<Boolean> exists(String topic);

        /** The clock that answers age by. */
        Clock clock();

        @Override
        void close();
    }

    private record Known(CompletableFuture<Boolean> answer, long askedMillis) {
        boolean isFresh(long nowMillis) {
            if (!answer.isDone()) {
                return true;
            }
            boolean counts = !answer.isCompletedExceptionally();
            Duration life = counts && answer.join() ? EXISTING : MISSING;
            return counts && nowMillis - askedMillis < life.toMillis();
        }
    }

    public TopicGuard(Lookups lookups) {
        this.lookups = lookups;
    }

    @Override
    public void open(OpenContext context) {
        lookup = lookups.open();
        known = new HashMap<>();
    }

    @Override
    public void close() {
        if (lookup != null) {
            lookup.close();
        }
    }

    @Override
    public void asyncInvoke(Outgoing record, ResultFuture<Outgoing> result) {
        long now = lookup.clock().millis();
        Known answer = known.get(record.topic());
        if (answer == null || !answer.isFresh(now)) {
            answer = new Known(lookup.exists(record.topic()).toCompletableFuture(), now);
            known.put(record.topic(), answer);
        }
        CompletableFuture<?> unused = answer.answer().whenComplete((exists, fault) -> {
            // Where the broker cannot say, the sink will: it waits for brokers that are away.
            boolean missing = fault == null && !exists;
            result.complete(List.of(missing ? deadLetter(record) : record));
        });
    }

    @Override
    public void timeout(Outgoing record, ResultFuture<Outgoing> result) {
        result.complete(List.of(record));
    }

    private static Outgoing deadLetter(Outgoing record) {
        return Outgoing.deadLetter(
                new RawRecord(record.topic(), -1, -1, 0, record.key(), record.value(), record.headers()),
                "event/no-topic",
                "there is no topic %s to emit to; create it, then retry this letter".formatted(record.topic()));
    }
}
