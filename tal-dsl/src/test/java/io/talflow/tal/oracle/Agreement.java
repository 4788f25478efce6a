package io.talflow.tal.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.InvalidTal;
import java.util.List;

/**
 * An engine and the oracle agree on drawn rules and drawn logs.
 *
 * <p>{@code -Doracle.cases=N} for more, {@code -Doracle.seed=S} for others; case i of seed S is case 0 of seed S + i.
 */
public final class Agreement {
    private static final long SEED = Long.getLong("oracle.seed", 20260102L);

    private final Engine.Maker engine;
    private final String test;

    /**
     * An agreement to be checked.
     *
     * @param test how the calling test is run: {@code -pl MODULE -Dtest=NAME}
     */
    public Agreement(Engine.Maker engine, String test) {
        this.engine = engine;
        this.test = test;
    }

    /** Fails at the first case on which they differ, made as small as it goes. */
    public void check(int cases) {
        long last = SEED + Integer.getInteger("oracle.cases", cases);
        for (long seed = SEED; seed < last; seed++) {
            check(seed);
        }
    }

    private void check(long seed) {
        Case drawn = Draw.of(seed, Draw.Knobs.DEFAULT);
        if (!fired(drawn).equals(expected(drawn))) {
            Case smallest = Shrink.smallest(
                    drawn, smaller -> isRead(smaller) && !fired(smaller).equals(expected(smaller)));
            assertThat(fired(smallest))
                    .as("%n%s# again: mvn -q %s -Doracle.seed=%d -Doracle.cases=1%n", smallest, test, seed)
                    .isEqualTo(expected(smallest));
        }
    }

    private static String expected(Case of) {
        return lines(Oracle.firings(of.flow(), of.log())) + lines(Oracle.calls(of.flow(), of.log()));
    }

    /** A failure of the engine is a difference like another, so that its case is made small too. */
    private String fired(Case of) {
        try {
            return lines(Product.firingsAndCalls(of, engine));
        } catch (RuntimeException e) {
            return "the engine failed: " + e;
        }
    }

    /** A smaller case may be none that the language allows. */
    private static boolean isRead(Case of) {
        try {
            Product.workflow(of);
            return true;
        } catch (InvalidTal e) {
            return false;
        }
    }

    private static String lines(List<Fired> fired) {
        StringBuilder lines = new StringBuilder();
        fired.forEach(one -> lines.append(one).append('\n'));
        return lines.toString();
    }
}
