package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A value of a sub-task that has ended")
class SweeperTest {
    private static final int KB = 1 << 10;
    private static final long KEEP = 600_000;
    private static final String PARENT = "w/p";
    private static final String FIRING = PARENT + "@7/cut/0";

    @TempDir
    Path directory;

    private final KnownTasks tasks = new KnownTasks();
    private final SetClock clock = new SetClock();
    private Values values;
    private Sweeper sweeper;

    @BeforeEach
    void open() throws IOException {
        values = new Values(directory, 64 * KB, 100 * KB);
        sweeper = new Sweeper(
                values, null, new Ledger("n"), new Readers(), tasks, Duration.ofMillis(KEEP), Runnable::run, clock);
    }

    @AfterEach
    void close() {
        values.close();
    }

    @Test
    void staysWhileTheTaskThatItWasGivenBackToNamesIt() throws IOException {
        Value back = put("w/c", "0a");
        Value other = put("w/c", "0b");
        gaveBack("w/c", FIRING, back);
        later(0);
        later(UnnamedValues.FIRST_MILLIS);
        assertThat(tasks.asked)
                .as("the parent, since its call of the sub-task may be open as far as it knows")
                .containsExactly(Map.of(id(back), FIRING));
        later(KEEP);
        assertThat(values.has(id(back))).isTrue();
        assertThat(values.has(id(other))).as("it was not given back").isFalse();
        tasks.unnamed.add(id(back));
        later(KEEP);
        assertThat(values.has(id(back))).isFalse();
    }

    @Test
    void staysForAWhileAfterTheLastTaskThatItWasGivenBackTo() throws IOException {
        Value value = put("w/c", "0a");
        gaveBack("w/c", FIRING, value);
        gaveBack(PARENT, "w/top@3/part/0", value);
        later(2 * KEEP);
        assertThat(values.has(id(value))).as("the topmost runs").isTrue();
        tasks.ended.put("w/top", clock.millis());
        later(KEEP - 1);
        assertThat(values.has(id(value))).isTrue();
        later(1);
        assertThat(values.has(id(value))).isFalse();
    }

    @Test
    void isNotDroppedForWantOfRoomWhileItIsStillRead() throws IOException {
        Value back = put("w/c", "0a");
        Value other = put("w/c", "0b");
        gaveBack("w/c", FIRING, back);
        later(0);
        for (int more = 0; more < 9; more++) {
            put("w/x", "c" + more);
        }
        assertThat(values.has(id(back))).isTrue();
        assertThat(values.has(id(other))).isFalse();
    }

    private void gaveBack(String task, String firing, Value value) {
        tasks.ended.put(task, clock.millis());
        tasks.givenBack.put(task, new Tasks.GivenBack(firing, Set.of(id(value))));
    }

    private void later(long millis) {
        clock.now += millis;
        sweeper.sweep();
    }

    private static String id(Value value) {
        return value.descriptor().id();
    }

    private Value put(String task, String id) throws IOException {
        byte[] content = new byte[10 * KB];
        String whole = id + "0".repeat(30);
        Incoming into = values.receive(task, whole, content.length);
        try (InputStream in = new ByteArrayInputStream(content)) {
            into.read(in);
        }
        return values.keep(
                into, new Descriptor(whole, task, "a/b", content.length, into.crc32c(), false, task + "@0/f/0"));
    }
}
