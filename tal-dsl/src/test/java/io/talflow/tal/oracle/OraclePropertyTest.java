package io.talflow.tal.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.InvalidTal;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The executable semantics and the oracle agree, on drawn rules and drawn logs.
 *
 * <p>{@code -Doracle.cases=N} for more, {@code -Doracle.seed=S} for others; case i of seed S is case 0 of seed S + i.
 */
@DisplayName("On drawn rules and logs")
class OraclePropertyTest {
    private static final int CASES = Integer.getInteger("oracle.cases", 5_000);
    private static final long SEED = Long.getLong("oracle.seed", 20260102L);

    @Test
    void theEngineFiresWhatTheOracleSays() {
        LongStream.range(SEED, SEED + CASES).forEach(OraclePropertyTest::agrees);
    }

    private static void agrees(long seed) {
        Case drawn = Draw.of(seed, Draw.Knobs.DEFAULT);
        if (differs(drawn)) {
            Case smallest = Shrink.smallest(drawn, OraclePropertyTest::differs);
            assertThat(Product.firings(smallest))
                    .as(
                            "%s# seed %d; again:%n# mvn -q -pl tal-dsl test -Dtest=OraclePropertyTest -Doracle.seed=%d -Doracle.cases=1%n",
                            smallest, seed, seed)
                    .isEqualTo(Oracle.firings(smallest.flow(), smallest.log()));
        }
    }

    /** A case whose text the product refuses is a fault of the drawing unless a smaller one was tried. */
    private static boolean differs(Case of) {
        List<Fired> expected = Oracle.firings(of.flow(), of.log());
        try {
            return !Product.firings(of).equals(expected);
        } catch (InvalidTal e) {
            return false;
        }
    }
}
