package io.talflow.flink.sink;

import io.talflow.tal.oracle.Agreement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On drawn rules and logs, by the operator that is killed and rescaled at drawn steps,")
class OperatorOraclePropertyTest {
    private static final int CASES = 200;

    private final List<RecoveredOperator> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(RecoveredOperator::close);
    }

    @Test
    void theSemanticsFireWhatTheOracleSays() {
        new Agreement(
                        (workflow, text) -> alone(new RecoveredOperator(workflow.name(), text, text.hashCode(), true)),
                        "-pl flink-jobs -am test -Dtest=OperatorOraclePropertyTest -Dsurefire.failIfNoSpecifiedTests=false")
                .check(CASES);
    }

    private RecoveredOperator alone(RecoveredOperator next) {
        close();
        open.clear();
        open.add(next);
        return next;
    }
}
