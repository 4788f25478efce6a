package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A lost value")
class RemakesTest {
    private static final String TASK = "w/t";
    private static final String FIRING = "w/t@0/make/0";

    @TempDir
    Path directory;

    private Values values;
    private Remakes remakes;
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    /** What the function does when it is called. */
    private Producers function = firing -> new Producers.Ended(2, "");

    @BeforeEach
    void open() throws IOException {
        values = new Values(directory, 1 << 20, 1 << 20);
        remakes = new Remakes(values, firing -> {
            calls.incrementAndGet();
            return function.again(firing);
        });
    }

    @AfterEach
    void close() {
        mayEnd.countDown();
        remakes.close();
        values.close();
    }

    @Test
    void isGivenToAllThatWaitAsSoonAsItsFunctionHasPutItAgain() throws Exception {
        CountDownLatch mayPut = new CountDownLatch(1);
        function = firing -> {
            waitFor(mayPut);
            put("other", "another");
            put("film", "a film");
            waitFor(mayEnd);
            return new Producers.Ended(2, "");
        };
        CompletableFuture<Value> one = remake("film", "a film", "0a");
        CompletableFuture<Value> two = remake("film", "a film", "0b");
        mayPut.countDown();
        assertThat(content(one.get())).isEqualTo("a film");
        assertThat(content(two.get())).isEqualTo("a film");
        assertThat(values.find(TASK, id("0a"))).isPresent();
        assertThat(values.find(TASK, id("0b"))).isPresent();
        assertThat(content(remake("other", "another", "0c").get()))
                .as("it was put before somebody waited for it")
                .isEqualTo("another");
        mayEnd.countDown();
        assertThat(calls).hasValue(1);
        values.byTask().get(TASK).forEach(values::free);
        assertThat(values.diskUsed()).as("each is counted once").isZero();
    }

    @Test
    void isNotGivenIfItsFunctionPutsAnother() {
        function = firing -> {
            put("film", "another film");
            return new Producers.Ended(3, "");
        };
        assertThatThrownBy(() -> remake("film", "a film", "0a").join())
                .cause()
                .isInstanceOfSatisfying(GatewayFailure.class, failure -> {
                    assertThat(failure.error()).isEqualTo(GatewayError.DATA_NOT_REPEATABLE);
                    assertThat(failure.getMessage())
                            .contains(
                                    "value film of " + FIRING,
                                    "6 bytes with checksum " + crc("a film"),
                                    "attempt 3, put 12 bytes with checksum " + crc("another film"));
                });
        assertThat(values.has(id("0a"))).isFalse();
    }

    @Test
    void isNotGivenIfItsFunctionPutsItUnderNoSuchName() {
        assertThatThrownBy(() -> remake("film", "a film", "0a").join())
                .cause()
                .hasMessageContaining("attempt 2, did not put it");
    }

    @Test
    void staysLostIfItsFunctionFailsAndTheNextReaderHasItCalledOnceMore() throws Exception {
        function = firing -> new Producers.Ended(2, "it failed with Boom: no");
        assertThatThrownBy(() -> remake("film", "a film", "0a").join())
                .cause()
                .isInstanceOfSatisfying(GatewayFailure.class, failure -> {
                    assertThat(failure.error()).isEqualTo(GatewayError.DATA_LOST);
                    assertThat(failure.getMessage()).contains("node n is gone", "it failed with Boom: no");
                });
        function = firing -> {
            put("film", "a film");
            return new Producers.Ended(2, "");
        };
        assertThat(content(remake("film", "a film", "0a").get())).isEqualTo("a film");
        assertThat(calls).hasValue(2);
    }

    private CompletableFuture<Value> remake(String name, String content, String id) {
        Reading reading = new Reading(TASK, "w/t@0/read/0/1", FIRING, name);
        Wanted wanted = new Wanted("n", id(id), "a/b", content.length(), crc(content), false);
        CompletableFuture<Value> value = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                value.complete(remakes.remake(reading, wanted, "node n is gone"));
            } catch (GatewayFailure e) {
                value.completeExceptionally(e);
            }
        });
        reader.start();
        await().until(() -> value.isDone() || reader.getState() == Thread.State.WAITING);
        return value;
    }

    /** As the function puts it, by whatever id. */
    private void put(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try {
            Incoming into = values.receive(TASK, values.newId(), bytes.length);
            into.read(new ByteArrayInputStream(bytes));
            Descriptor descriptor = new Descriptor(values.newId(), TASK, "a/b", bytes.length, into.crc32c(), false, "");
            remakes.made(
                    new Put(TASK, FIRING, "w/make", name, "a/b", bytes.length, 0, Replicate.AUTO, true),
                    values.keep(into, descriptor));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String id(String beginning) {
        return beginning + "0".repeat(30);
    }

    private static String content(Value value) throws IOException {
        return new String(value.open(0).readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String crc(String content) {
        CRC32C crc = new CRC32C();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(crc.getValue());
    }
}
