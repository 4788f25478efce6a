package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.oracle.Agreement;
import io.talflow.tal.oracle.Engine;
import io.talflow.tal.replay.History;
import io.talflow.tal.replay.Replay;
import io.talflow.tal.semantics.Effect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On drawn rules and logs, by the operator that is killed and rescaled at every step,")
class OperatorOraclePropertyTest {
    private static final int CASES = 200;

    private final List<Pair> pairs = new ArrayList<>();

    @Test
    @DisplayName(
            "the semantics fire what the oracle says, leave the rows of one that ran through, and are replayed offline")
    void firesOnceAndLeavesTheSameRows() {
        new Agreement(
                        this::next,
                        "-pl flink-jobs -am test -Dtest=OperatorOraclePropertyTest -Dsurefire.failIfNoSpecifiedTests=false")
                .check(CASES);
        pairs.get(0).assertIsReplayed();
    }

    @AfterEach
    void close() {
        pairs.forEach(Pair::close);
    }

    private Engine next(Workflow workflow, String text) {
        pairs.forEach(Pair::assertIsReplayed);
        close();
        pairs.clear();
        pairs.add(new Pair(
                new RecoveredOperator(workflow.name(), text, text.hashCode(), true),
                new RecoveredOperator(workflow.name(), text, 0, false)));
        return pairs.get(0);
    }

    /** One that is killed at every step, and one that runs through. */
    private record Pair(RecoveredOperator killed, RecoveredOperator through) implements Engine {
        @Override
        public String version() {
            return killed.version();
        }

        @Override
        public List<Effect> on(TalEvent event, long timeMillis) {
            through.on(event, timeMillis);
            List<Effect> effects = killed.on(event, timeMillis);
            assertThat(killed.rows()).isEqualTo(through.rows());
            return effects;
        }

        void assertIsReplayed() {
            assertThat(decisions(killed)).isEqualTo(decisions(through));
            assertThat(Replay.of(killed.history()).difference()).isEmpty();
        }

        private static List<Object> decisions(RecoveredOperator operator) {
            return operator.history().events().stream()
                    .<Object>map(History.Entry::decisions)
                    .toList();
        }

        void close() {
            killed.close();
            through.close();
        }
    }
}
