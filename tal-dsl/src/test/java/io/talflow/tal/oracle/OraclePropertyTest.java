package io.talflow.tal.oracle;

import io.talflow.tal.semantics.PlainMatcher;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On drawn rules and logs")
class OraclePropertyTest {
    private static final int CASES = 5_000;

    @Test
    void theExecutableSemanticsFireWhatTheOracleSays() {
        new Agreement(
                        (workflow, text) -> Engine.interpreting(workflow, new PlainMatcher()),
                        "-pl tal-dsl test -Dtest=OraclePropertyTest")
                .check(CASES);
    }
}
