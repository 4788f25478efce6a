package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Values of a task that runs")
class UnnamedValuesTest {
    private static final String TASK = "w/t";
    private static final int KB = 1 << 10;

    @TempDir
    Path directory;

    private final KnownTasks tasks = new KnownTasks();
    private final SetClock clock = new SetClock();
    private Values values;
    private UnnamedValues unnamed;

    @BeforeEach
    void open() throws IOException {
        values = new Values(directory, 64 * KB, 100 * KB);
        unnamed = new UnnamedValues(tasks, values::free, Runnable::run, clock);
        values.whenFull(unnamed::hurry);
    }

    @AfterEach
    void close() {
        values.close();
    }

    @Test
    void areFreedOnceNothingNamesThem() throws IOException {
        Value read = put("0a", false, "w/t@0/f/0");
        Value kept = put("0b", false, "w/t@0/f/0");
        look(0);
        assertThat(tasks.asked).as("a short task is not asked about").isEmpty();
        look(UnnamedValues.FIRST_MILLIS);
        assertThat(tasks.asked)
                .containsExactly(Map.of(
                        read.descriptor().id(), "w/t@0/f/0", kept.descriptor().id(), "w/t@0/f/0"));
        tasks.unnamed.add(read.descriptor().id());
        look(2 * UnnamedValues.FIRST_MILLIS);
        assertThat(values.find(TASK, read.descriptor().id())).isEmpty();
        assertThat(values.find(TASK, kept.descriptor().id())).isPresent();
        assertThat(values.diskUsed()).isEqualTo(10 * KB);
        look(UnnamedValues.FIRST_MILLIS);
        assertThat(values.diskUsed()).as("nothing is freed twice").isEqualTo(10 * KB);
    }

    @Test
    void areAskedAboutMoreRarelyWhileThereIsNothingToFree() throws IOException {
        put("0a", false, "w/t@0/f/0");
        for (int seconds = 0; seconds < 100; seconds++) {
            look(1_000);
        }
        assertThat(tasks.asked).as("after 5, 15, 35 and 75 s").hasSize(4);
    }

    @Test
    void areAskedAboutAtOnceWhenAnotherFindsNoRoom() throws IOException {
        for (int i = 0; i < 10; i++) {
            tasks.unnamed.add(put("0" + i, false, "w/t@0/f/" + i).descriptor().id());
        }
        look(0);
        assertThat(tasks.asked).isEmpty();
        assertThatThrownBy(() -> put("aa", false, "w/t@0/f/11")).isInstanceOf(GatewayFailure.class);
        look(1);
        assertThat(tasks.asked).hasSize(1);
        assertThat(values.diskUsed()).isZero();
        put("aa", false, "w/t@0/f/11");
    }

    @Test
    void stayIfTheJobDoesNotAnswerOrNobodyKnowsWhoPutThem() throws IOException {
        Value own = put("0a", false, "");
        Value copy = put("0b", true, "");
        tasks.answers = false;
        look(0);
        look(UnnamedValues.FIRST_MILLIS);
        assertThat(tasks.asked)
                .as("of a copy it is enough that nothing names it")
                .containsExactly(Map.of(copy.descriptor().id(), ""));
        assertThat(values.find(TASK, own.descriptor().id())).isPresent();
        assertThat(values.find(TASK, copy.descriptor().id())).isPresent();
        tasks.answers = true;
        tasks.unnamed.add(own.descriptor().id());
        tasks.unnamed.add(copy.descriptor().id());
        look(10 * UnnamedValues.FIRST_MILLIS);
        assertThat(values.find(TASK, own.descriptor().id()))
                .as("it was not asked about")
                .isPresent();
        assertThat(values.find(TASK, copy.descriptor().id())).isEmpty();
    }

    @Test
    void areFreedAfterARestartOfTheirNodeOnceNothingNamesThem() throws IOException {
        Value put = put("0a", false, "w/t@0/f/0");
        Value copy = put("0b", true, "");
        Value remade = put("0c", false, "");
        values.close();
        open();
        look(0);
        look(UnnamedValues.FIRST_MILLIS);
        assertThat(tasks.asked)
                .as("with the function that put it, which may run again")
                .containsExactly(Map.of(
                        put.descriptor().id(), "w/t@0/f/0", copy.descriptor().id(), ""));
        assertThat(values.find(TASK, put.descriptor().id())).isPresent();
        tasks.unnamed.add(put.descriptor().id());
        look(2 * UnnamedValues.FIRST_MILLIS);
        assertThat(values.find(TASK, put.descriptor().id())).isEmpty();
        assertThat(values.find(TASK, remade.descriptor().id())).isPresent();
    }

    private void look(long millisLater) {
        clock.now += millisLater;
        Map<String, List<UnnamedValues.Held>> running = new HashMap<>();
        values.byTask().forEach((task, held) -> running.put(task, UnnamedValues.judgeable(held)));
        unnamed.ask(running);
    }

    private Value put(String id, boolean copy, String of) throws IOException {
        byte[] content = new byte[10 * KB];
        String whole = id + "0".repeat(30);
        Incoming into = values.receive(TASK, whole, content.length);
        try (InputStream in = new ByteArrayInputStream(content)) {
            into.read(in);
        }
        return values.keep(into, new Descriptor(whole, TASK, "a/b", content.length, into.crc32c(), copy, of));
    }
}
