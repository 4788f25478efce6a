package io.talflow.flink.sink;

import io.talflow.flink.route.RouterUnderTest;
import io.talflow.tal.oracle.Engine;
import io.talflow.tal.oracle.KeyedAgreement;
import io.talflow.tal.semantics.PlainMatcher;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Drawn events that start tasks, find them by key and wait for them")
class KeyedEventsPropertyTest {
    private static final String TEST =
            "-pl flink-jobs -am test -Dtest=KeyedEventsPropertyTest -Dsurefire.failIfNoSpecifiedTests=false";

    private final List<TasksOperator> operators = new ArrayList<>();

    @AfterEach
    void close() {
        operators.forEach(TasksOperator::close);
        operators.clear();
    }

    @Test
    @DisplayName("make the executable semantics fire what the oracle says")
    void bySemantics() {
        new KeyedAgreement(
                        RouterUnderTest::new,
                        (workflow, text) -> Engine.interpreting(workflow, new PlainMatcher()),
                        TEST)
                .check(1_000);
    }

    @Test
    @DisplayName("make the operator, restored now and then, fire what the oracle says")
    void byTheOperator() {
        new KeyedAgreement(
                        RouterUnderTest::new,
                        (workflow, text) -> {
                            close();
                            operators.add(new TasksOperator(workflow.name(), text));
                            return operators.get(0);
                        },
                        TEST)
                .check(60);
    }
}
