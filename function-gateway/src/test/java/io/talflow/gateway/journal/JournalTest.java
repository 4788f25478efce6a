package io.talflow.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    @Test
    void runsAFiringOnceAndAnswersARepeatWithItsOutcome() throws Exception {
        Outcome.Completed outcome = new Outcome.Completed(5, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        try (Journal journal = open()) {
            assertThat(accept(journal, firing("f", "{\"x\":1,\"y\":2}"))).isInstanceOf(Acceptance.Run.class);
            assertThat(accept(journal, firing("f", "{\"y\":2,\"x\":1}"))).isInstanceOf(Acceptance.Known.class);
            assertThat(record(journal, firing("f", "{\"x\":1,\"y\":2}"), outcome)
                            .join())
                    .isTrue();
        }
        try (Journal journal = open()) {
            Acceptance.Finished repeat = (Acceptance.Finished) accept(journal, firing("f", "{\"x\":1,\"y\":2}"));
            assertThat(repeat.recorded().outcome()).isInstanceOf(Outcome.Completed.class);
            assertThat(repeat.recorded().outcome().beganAt()).isEqualTo(5);
            assertThat(repeat.recorded().outcome().data()).isEqualTo(outcome.data());
            assertThat(repeat.recorded().start()).isEqualTo(Start.COLD);
            assertThat(record(journal, firing("f", "1"), Outcome.Failed.of(6, "Timeout", "late", ""))
                            .join())
                    .as("the first outcome stays")
                    .isFalse();
        }
    }

    @Test
    void refusesARepeatWithAnotherBody() throws Exception {
        try (Journal journal = open()) {
            accept(journal, firing("f", "{\"x\":1}"));
            assertThat(accept(journal, firing("f", "{\"x\":2}"))).isInstanceOf(Acceptance.Conflict.class);
            record(journal, firing("f", "{\"x\":1}"), new Outcome.Completed(1, new byte[] {'1'}))
                    .join();
            assertThat(accept(journal, firing("f", "{\"x\":2}"))).isInstanceOf(Acceptance.Conflict.class);
        }
    }

    @Test
    void doesNotRunWhatWasWithdrawnBeforeItCame() throws Exception {
        try (Journal journal = open()) {
            journal.withdraw(List.of(key("f")), () -> {}).join();
            assertThat(accept(journal, firing("f", "1"))).isInstanceOf(Acceptance.Known.class);
            assertThat(journal.unfinished().join()).isEmpty();
        }
    }

    @Test
    void forgetsTheOutcomeOfWhatWasWithdrawnWhileItRan() throws Exception {
        try (Journal journal = open()) {
            accept(journal, firing("f", "1"));
            journal.withdraw(List.of(key("f")), () -> {}).join();
            assertThat(record(journal, firing("f", "1"), new Outcome.Completed(1, new byte[] {'1'}))
                            .join())
                    .isFalse();
            assertThat(journal.unpublished().join()).isEmpty();
        }
    }

    @Test
    void knowsAfterARestartWhatIsToBeRunAndToldAgain() throws Exception {
        try (Journal journal = open()) {
            accept(journal, firing("unfinished", "{\"n\":3}"));
            accept(journal, firing("untold", "1"));
            accept(journal, firing("told", "1"));
            record(journal, firing("untold", "1"), Outcome.Failed.of(1, "Timeout", "slow", ""))
                    .join();
            record(journal, firing("told", "1"), new Outcome.Completed(1, new byte[] {'1'}))
                    .join();
            journal.published(key("told")).join();
        }
        try (Journal journal = open()) {
            assertThat(journal.unpublished().join())
                    .extracting(recorded -> recorded.key().firing() + " " + recorded.start())
                    .containsExactly("untold COLD");
            List<Firing> unfinished = journal.unfinished().join();
            assertThat(unfinished).hasSize(1);
            assertThat(unfinished.get(0).key()).isEqualTo(key("unfinished"));
            assertThat(new String(unfinished.get(0).input(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"n\":3}");
        }
    }

    @Test
    void takesNothingNewWhereOnlyWhatIsKnownIsAnswered() throws Exception {
        try (Journal journal = open()) {
            accept(journal, firing("known", "1"));
            List<Acceptance> answers = journal.accept(
                            List.of(firing("known", "1"), firing("new", "1")), true, then -> {})
                    .join();
            assertThat(answers.get(0)).isInstanceOf(Acceptance.Known.class);
            assertThat(answers.get(1)).isInstanceOf(Acceptance.Refused.class);
            assertThat(accept(journal, firing("new", "1"))).isInstanceOf(Acceptance.Run.class);
        }
    }

    @Test
    void answersManyInTheirOrder() throws Exception {
        try (Journal journal = open()) {
            List<Firing> firings = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                firings.add(firing("f" + i % 400, "1"));
            }
            List<Acceptance> answers =
                    journal.accept(firings, false, then -> {}).join();
            assertThat(answers.subList(0, 400)).allMatch(Acceptance.Run.class::isInstance);
            assertThat(answers.subList(400, 500)).allMatch(Acceptance.Known.class::isInstance);
        }
    }

    @Test
    void runsEachOnceHoweverManyAskAtOnce() throws Exception {
        Queue<String> run = new ConcurrentLinkedQueue<>();
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try (Journal journal = open()) {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 800; i++) {
                Firing firing = firing("f" + i % 100, "1");
                calls.add(() -> journal.accept(List.of(firing), false, answers -> follow(journal, firing, answers, run))
                        .join()
                        .size());
            }
            for (Future<Integer> call : callers.invokeAll(calls, 30, TimeUnit.SECONDS)) {
                assertThat(call.get()).isEqualTo(1);
            }
        } finally {
            callers.shutdownNow();
        }
        assertThat(run).hasSize(100).doesNotHaveDuplicates();
        try (Journal journal = open()) {
            assertThat(journal.unpublished().join()).hasSize(100);
        }
    }

    private static void follow(Journal journal, Firing firing, List<Acceptance> answers, Queue<String> run) {
        if (answers.get(0) instanceof Acceptance.Run) {
            run.add(firing.key().firing());
            CompletableFuture<Boolean> unused = record(journal, firing, new Outcome.Completed(1, new byte[] {'1'}));
        }
    }

    @Test
    void takesWhatFollowsFromAWriteWithTheNextTransaction() throws Exception {
        try (Journal journal = open()) {
            CompletableFuture<Void> withdrawn = new CompletableFuture<>();
            journal.accept(
                            List.of(firing("f", "1")),
                            false,
                            answers -> journal.withdraw(List.of(key("f")), () -> {})
                                    .thenAccept(withdrawn::complete))
                    .join();
            withdrawn.get(10, TimeUnit.SECONDS);
            assertThat(journal.unfinished().join()).isEmpty();
        }
    }

    @Test
    void goesOnWithTheFileOfAnEarlierVersion() throws Exception {
        try (Journal journal = open()) {
            accept(journal, firing("f", "1"));
            record(journal, firing("f", "1"), new Outcome.Completed(1, new byte[] {'1'}))
                    .join();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("journal.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE firing DROP COLUMN start");
        }
        try (Journal journal = open()) {
            assertThat(journal.unpublished().join()).extracting(Recorded::start).containsExactly(Start.NONE);
            accept(journal, firing("g", "1"));
            assertThat(record(journal, firing("g", "1"), new Outcome.Completed(1, new byte[] {'1'}))
                            .join())
                    .isTrue();
        }
    }

    private Journal open() throws Exception {
        return Journal.open(directory.resolve("journal.db"));
    }

    private static Acceptance accept(Journal journal, Firing firing) {
        return journal.accept(List.of(firing), false, answers -> {}).join().get(0);
    }

    private static CompletableFuture<Boolean> record(Journal journal, Firing firing, Outcome outcome) {
        return journal.record(firing, new Recorded(firing.key(), firing.task(), outcome, Start.COLD));
    }

    private static FiringKey key(String firing) {
        return new FiringKey(firing, 1);
    }

    private static Firing firing(String id, String input) {
        return new Firing(key(id), "w/t", "w", "0", "f", "f", input.getBytes(StandardCharsets.UTF_8));
    }
}
