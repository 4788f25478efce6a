package io.talflow.tal.oracle;

import io.talflow.tal.semantics.Interpreter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On drawn rules and logs")
class OraclePropertyTest {
    private static final int CASES = 5_000;

    @Test
    void theExecutableSemanticsFireWhatTheOracleSays() {
        new Agreement(Interpreter::new, "-pl tal-dsl test -Dtest=OraclePropertyTest").check(CASES);
    }
}
