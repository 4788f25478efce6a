package io.talflow.flink.cep;

import io.talflow.tal.oracle.Agreement;
import io.talflow.tal.oracle.Engine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On drawn rules and logs, by Flink's NFA,")
class NfaOraclePropertyTest {
    private static final int CASES = 1_000;

    @Test
    void theSemanticsFireWhatTheOracleSays() {
        try (NfaMatcher nfa = new NfaMatcher()) {
            new Agreement(
                            (workflow, text) -> Engine.interpreting(workflow, nfa),
                            "-pl flink-jobs -am test -Dtest=NfaOraclePropertyTest -Dsurefire.failIfNoSpecifiedTests=false")
                    .check(CASES);
        }
    }
}
