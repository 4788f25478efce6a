package io.talflow.flink.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.streaming.api.functions.async.CollectionSupplier;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The guard of topics")
class TopicGuardTest {
    private final Broker broker = new Broker();
    private final TopicGuard guard = new TopicGuard(() -> broker);
    private final Results results = new Results();

    @BeforeEach
    void open() {
        guard.open(DefaultOpenContext.INSTANCE);
    }

    @Test
    @DisplayName("lets events through to a topic that exists, and asks once for a while")
    void letsThrough() {
        guard.asyncInvoke(event("a"), results);
        guard.asyncInvoke(event("a"), results);
        assertThat(results.told).isEmpty();
        broker.answer("a", true);
        guard.asyncInvoke(event("a"), results);
        assertThat(results.told).containsExactly("a", "a", "a");
        assertThat(broker.asked).containsExactly("a");
        broker.now = broker.now.plusSeconds(30);
        guard.asyncInvoke(event("a"), results);
        assertThat(broker.asked).containsExactly("a", "a");
    }

    @Test
    @DisplayName(
            "makes a dead letter of an event whose topic is missing, with all that was to be sent, and asks soon again")
    void makesDeadLetters() {
        guard.asyncInvoke(event("a"), results);
        broker.answer("a", false);
        guard.asyncInvoke(event("a"), results);
        assertThat(results.records).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.topic()).isEqualTo("tal.dead-letters");
            assertThat(text(letter, "talflow-code")).isEqualTo("event/no-topic");
            assertThat(text(letter, "talflow-topic")).isEqualTo("a");
            assertThat(text(letter, "trace")).isEqualTo("t");
            assertThat(letter.value()).asString().isEqualTo("{}");
        });
        broker.now = broker.now.plus(Duration.ofSeconds(1));
        guard.asyncInvoke(event("a"), results);
        broker.answer("a", true);
        assertThat(results.told).containsExactly("tal.dead-letters", "tal.dead-letters", "a");
    }

    @Test
    @DisplayName("leaves it to the producer to wait for a broker that cannot say, and asks again at the next event")
    void waitsForTheBroker() {
        guard.asyncInvoke(event("a"), results);
        broker.questions.get("a").completeExceptionally(new IllegalStateException("away"));
        guard.asyncInvoke(event("a"), results);
        guard.timeout(event("a"), results);
        assertThat(results.told).containsExactly("a", "a");
        assertThat(broker.asked).containsExactly("a", "a");
    }

    private static Outgoing event(String topic) {
        return new Outgoing(topic, bytes("w/k"), bytes("{}"), Map.of("trace", bytes("t")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Outgoing record, String header) {
        return new String(record.headers().get(header), StandardCharsets.UTF_8);
    }

    private static final class Results implements ResultFuture<Outgoing> {
        private final List<Outgoing> records = new ArrayList<>();
        private final List<String> told = new ArrayList<>();

        @Override
        public void complete(Collection<Outgoing> result) {
            result.forEach(record -> {
                records.add(record);
                told.add(record.topic());
            });
        }

        @Override
        public void complete(CollectionSupplier<Outgoing> supplier) {
            throw new AssertionError("not used");
        }

        @Override
        public void completeExceptionally(Throwable error) {
            throw new AssertionError(error);
        }
    }

    /** A broker that answers when it is told to. */
    private static final class Broker implements TopicGuard.Lookup {
        private final Map<String, CompletableFuture<Boolean>> questions = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private Instant now = Instant.EPOCH;

        @Override
        public CompletionStage<Boolean> exists(String topic) {
            asked.add(topic);
            questions.put(topic, new CompletableFuture<>());
            return questions.get(topic);
        }

        void answer(String topic, boolean exists) {
            questions.get(topic).complete(exists);
        }

        @Override
        public Clock clock() {
            InstantSource source = () -> now;
            return source.withZone(ZoneOffset.UTC);
        }

        @Override
        public void close() {}
    }
}
