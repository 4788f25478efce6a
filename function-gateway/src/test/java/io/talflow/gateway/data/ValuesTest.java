package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The values that a node holds")
class ValuesTest {
    private static final int MB = 1 << 20;

    @TempDir
    Path directory;

    private Values values;

    @BeforeEach
    void open() throws IOException {
        values = new Values(directory, 3 * MB, 10 * MB);
    }

    @AfterEach
    void close() {
        values.close();
    }

    @Test
    void areReadAsTheyWerePutFromAnyOffset() throws IOException {
        for (int size : new int[] {0, 1, 70_000, MB, MB + 1, 3 * MB}) {
            byte[] content = random(size);
            Value value = put("w/a", content, size, false);
            assertThat(read(value, 0)).isEqualTo(content);
            assertThat(read(value, size / 3)).hasSize(size - size / 3);
            assertThat(Files.readAllBytes(values.path(value))).isEqualTo(content);
        }
    }

    @Test
    void areInMemoryWhileThereIsRoomAndOnDiskBeforeThat() throws IOException {
        Value first = put("w/a", random(MB), MB, false);
        assertThat(first.memory()).isNotNull();
        values.path(first);
        for (int i = 0; i < 3; i++) {
            values.path(put("w/a", random(MB), MB, false));
        }
        assertThat(first.memory()).as("the one that was read longest ago").isNull();
        assertThat(values.memoryUsed()).isEqualTo(3 * MB);
        assertThat(values.diskUsed()).isEqualTo(4 * MB);
        assertThat(read(first, 0)).hasSize(MB);
        assertThat(put("w/a", random(2 * MB), 2 * MB, false).memory())
                .as("a large one")
                .isNull();
    }

    @Test
    void areRefusedWithoutRoomAndNothingIsLostOrLeftOver() throws IOException {
        Value kept = put("w/a", random(6 * MB), 6 * MB, false);
        full(() -> put("w/b", random(5 * MB), 5 * MB, false));
        full(() -> put("w/b", random(5 * MB), -1, false));
        assertThat(values.diskUsed()).isEqualTo(6 * MB);
        assertThat(read(kept, 0)).hasSize(6 * MB);
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
        }
        free("w/a");
        assertThat(put("w/b", random(5 * MB), 5 * MB, false)).isNotNull();
    }

    @Test
    void giveWayToNewOnesIfNoTaskWillReadThemOrTheyAreCopies() throws IOException {
        Value ended = put("w/ended", random(3 * MB), 3 * MB, false);
        Value copy = put("w/runs", random(3 * MB), 3 * MB, true);
        Value own = put("w/runs", random(3 * MB), 3 * MB, false);
        values.release(ended);
        put("w/runs", random(4 * MB), 4 * MB, false);
        assertThat(found(ended)).isFalse();
        assertThat(found(copy)).isTrue();
        put("w/runs", random(3 * MB), 3 * MB, false);
        assertThat(found(copy)).isFalse();
        assertThat(found(own)).isTrue();
    }

    @Test
    void areReadToTheirEndByWhoeverReadsThemWhenTheyAreFreed() throws IOException {
        byte[] content = random(2 * MB);
        Value value = put("w/a", content, content.length, false);
        try (InputStream in = value.open(0)) {
            free("w/a");
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(found(value)).isFalse();
        assertThat(values.diskUsed()).isZero();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void areThereAfterARestart() throws IOException {
        byte[] small = random(1_000);
        byte[] large = random(2 * MB);
        Descriptor first = put("w/a", small, small.length, false).descriptor();
        Descriptor second = put("w/a", large, large.length, false).descriptor();
        values.close();
        values = new Values(directory, 3 * MB, 10 * MB);
        assertThat(values.find("w/a", first.id()).orElseThrow().descriptor()).isEqualTo(first);
        assertThat(read(values.find("w/a", second.id()).orElseThrow(), 0)).isEqualTo(large);
        assertThat(values.diskUsed()).isEqualTo(1_000 + 2 * MB);
    }

    @Test
    void areNotGivenOutAfterARestartIfTheirFileIsAnother() throws IOException {
        Value value = put("w/a", random(2 * MB), 2 * MB, false);
        values.close();
        byte[] bytes = Files.readAllBytes(value.file());
        bytes[MB] ^= 1;
        Files.write(value.file(), bytes);
        values = new Values(directory, 3 * MB, 10 * MB);
        assertThat(found(value)).isFalse();
        assertThat(values.diskUsed()).isZero();
    }

    @Test
    void areOfTheirTaskOnly() throws IOException {
        Value value = put("w/a", random(10), 10, false);
        assertThat(values.find("w/b", value.descriptor().id())).isEmpty();
        assertThat(values.find("w/a", "../" + value.descriptor().id())).isEmpty();
    }

    private void free(String task) {
        values.byTask().get(task).forEach(values::free);
        values.forget(task);
    }

    private boolean found(Value value) throws IOException {
        return values.find(value.descriptor().task(), value.descriptor().id()).isPresent();
    }

    private Value put(String task, byte[] content, long announced, boolean copy) throws IOException {
        String id = values.newId();
        Incoming into = values.receive(task, id, announced);
        boolean kept = false;
        try {
            into.read(new ByteArrayInputStream(content));
            Value value = values.keep(
                    into, new Descriptor(id, task, "application/x-test", content.length, into.crc32c(), copy, ""));
            kept = true;
            return value;
        } finally {
            if (!kept) {
                values.abandon(into);
            }
        }
    }

    private static void full(org.assertj.core.api.ThrowableAssert.ThrowingCallable put) {
        assertThatThrownBy(put)
                .isInstanceOfSatisfying(
                        GatewayFailure.class,
                        failure -> assertThat(failure.error()).isEqualTo(GatewayError.DATA_FULL));
    }

    private static byte[] read(Value value, long from) throws IOException {
        try (InputStream in = value.open(from)) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
