package io.talflow.tal.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A task id")
class TaskIdTest {
    private static final String LONGEST_WORKFLOW = "w".repeat(63);
    private static final String LONGEST_KEY = "k".repeat(120);

    @ParameterizedTest
    @ValueSource(strings = {"w/k", "0/0", "a-b/K", "w/A.b_c:d~e-f", "w/-", "a--b/k"})
    void isAWorkflowAndAKey(String id) {
        assertThat(TaskId.isValid(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "w", "w/", "/k", "-w/k", "w-/k", "-/k", "W/k", "w_/k", "w/k/k", "w/k k", "w/é", "w/k\n"})
    void isNothingElse(String id) {
        assertThat(TaskId.isValid(id)).isFalse();
    }

    @Test
    void isInItsFirings() {
        assertThat(TaskId.ofFiring("w/A.b_c:d~e-f@42/rule-1/0")).isEqualTo("w/A.b_c:d~e-f");
    }

    @Test
    void isBounded() {
        assertThat(TaskId.isValid(LONGEST_WORKFLOW + "/" + LONGEST_KEY)).isTrue();
        assertThat(TaskId.isValid(LONGEST_WORKFLOW + "w/k")).isFalse();
        assertThat(TaskId.isValid("w/" + LONGEST_KEY + "k")).isFalse();
    }
}
