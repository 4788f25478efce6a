package io.talflow.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            assertThat(journal.record(key("f"), outcome).join()).isTrue();
        }
        try (Journal journal = open()) {
            Acceptance.Finished repeat = (Acceptance.Finished) accept(journal, firing("f", "{\"x\":1,\"y\":2}"));
            assertThat(repeat.recorded().outcome()).isInstanceOf(Outcome.Completed.class);
            assertThat(repeat.recorded().outcome().beganAt()).isEqualTo(5);
            assertThat(repeat.recorded().outcome().data()).isEqualTo(outcome.data());
            assertThat(journal.record(key("f"), Outcome.Failed.of(6, "Timeout", "late", ""))
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
            assertThat(journal.record(key("f"), new Outcome.Completed(1, new byte[] {'1'}))
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
            journal.record(key("untold"), Outcome.Failed.of(1, "Timeout", "slow", ""))
                    .join();
            journal.record(key("told"), new Outcome.Completed(1, new byte[] {'1'}))
                    .join();
            journal.published(key("told")).join();
        }
        try (Journal journal = open()) {
            assertThat(journal.unpublished().join())
                    .extracting(recorded -> recorded.key().firing())
                    .containsExactly("untold");
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

    private Journal open() throws Exception {
        return Journal.open(directory.resolve("journal.db"));
    }

    private static Acceptance accept(Journal journal, Firing firing) {
        return journal.accept(List.of(firing), false, answers -> {}).join().get(0);
    }

    private static FiringKey key(String firing) {
        return new FiringKey(firing, 1);
    }

    private static Firing firing(String id, String input) {
        return new Firing(key(id), "w/t", "w", "0", "f", "f", input.getBytes(StandardCharsets.UTF_8));
    }
}
