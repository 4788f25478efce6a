package io.talflow.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.journal.Phase.Signal;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The life of a firing")
class TransitionsTest {
    @ParameterizedTest(name = "{0} on {1} becomes {2}")
    @CsvSource({
        "UNSEEN, ACCEPT, ACCEPTED",
        "UNSEEN, WITHDRAW, WITHDRAWN",
        "ACCEPTED, COMPLETE, COMPLETED",
        "ACCEPTED, FAIL, FAILED",
        "ACCEPTED, WITHDRAW, WITHDRAWN"
    })
    void takesEachListedTransition(Phase from, Signal signal, Phase to) {
        assertThat(Transitions.FIRING.next(from, signal)).contains(to);
        assertThat(Transitions.FIRING.mermaid()).contains("%s --> %s: %s".formatted(from, to, signal));
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"COMPLETED", "FAILED", "WITHDRAWN"})
    void leavesNoFinalPhase(Phase phase) {
        for (Signal signal : Signal.values()) {
            assertThat(Transitions.FIRING.next(phase, signal)).isEqualTo(Optional.empty());
        }
    }

    @Test
    void hasNoOutcomeBeforeItIsAccepted() {
        assertThat(Transitions.FIRING.next(Phase.UNSEEN, Signal.COMPLETE)).isEmpty();
        assertThat(Transitions.FIRING.next(Phase.UNSEEN, Signal.FAIL)).isEmpty();
        assertThat(Transitions.FIRING.next(Phase.ACCEPTED, Signal.ACCEPT)).isEmpty();
    }
}
