package io.talflow.eval.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Matcher;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That what is measured is what the name says: an event that is refused costs less. */
@DisplayName("A microbenchmark")
class MicrobenchmarksTest {
    @ParameterizedTest
    @EnumSource
    void appliesEventsThatCount(Applying.Case event) {
        Applying benchmark = new Applying();
        benchmark.event = event;
        benchmark.prepare();
        try {
            List<Effect> effects = benchmark.effects();
            assertThat(effects).noneMatch(Effect.DeadLetter.class::isInstance).noneMatch(MicrobenchmarksTest::ignored);
            assertThat(benchmark.apply()).as("the same each time").isEqualTo(effects.size());
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void offersArrivalsThatArePartOfSomething(Matching.Case shape) {
        Matching benchmark = new Matching();
        benchmark.shape = shape;
        benchmark.open();
        try {
            Matcher.Step step = benchmark.offer();
            boolean broken = shape == Matching.Case.ABSENT;
            boolean gathering = shape == Matching.Case.LAST_INCOMPLETE || shape == Matching.Case.LAST_IN_WINDOW;
            assertThat(step.taken()).isEqualTo(!broken && !gathering);
        } finally {
            benchmark.close();
        }
    }

    private static boolean ignored(Effect effect) {
        return effect instanceof Effect.Decision decision
                && (decision.data().containsKey("ignored") || decision.data().containsKey("ended"));
    }
}
