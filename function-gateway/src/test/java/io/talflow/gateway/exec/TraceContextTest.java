package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.journal.FiringKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The trace context of an attempt")
class TraceContextTest {
    @Test
    void isADigestOfTheTasksRunAndTheAttempt() {
        assertThat(parent("w/t@12/r/0", 1))
                .as("sha256sum of w/t@12 and of w/t@12/r/0/1")
                .isEqualTo("00-8cf6806061cba0f46b7ef43f68b51b88-2ed59644e74c4c34-01");
    }

    @Test
    void hasOneTraceForARunOfATaskAndASpanForEachAttempt() {
        String first = parent("w/t@12/r/0", 1);
        assertThat(parent("w/t@12/slice/7", 1).substring(0, 35)).isEqualTo(first.substring(0, 35));
        assertThat(parent("w/t@99/r/0", 1).substring(0, 35)).isNotEqualTo(first.substring(0, 35));
        assertThat(parent("w/t@12/r/0", 2)).isNotEqualTo(first);
    }

    @Test
    void isThereForAnyId() {
        assertThat(parent("odd", 1)).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    }

    private static String parent(String firing, int attempt) {
        return TraceContext.parent(new FiringKey(firing, attempt));
    }
}
