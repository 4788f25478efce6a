package io.talflow.tal.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.PlainMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Events that come up to three times, the repeats among later ones,")
class RepeatsPropertyTest {
    private static final long SEED = Long.getLong("seed", 20260104L);
    private static final int CASES = Integer.getInteger("cases", 1_000);

    /** Counts what is ignored as a repeat. */
    private int ignored;

    @Test
    void makeTheSameFiringsAndEachIsCounted() {
        int repeats = 0;
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            Case once = Draw.of(seed, Draw.Knobs.UNTIMED);
            once = once.after(distinct(once.log()));
            List<RawEvent> log = repeated(once.log(), new Random(seed));
            String why = "-Dseed=%d -Dcases=1%n%s%nrepeated: %s".formatted(seed, once, RawLog.print(log));
            List<String> fired = firings(once);
            int before = ignored;
            assertThat(firings(once.after(log))).as(why).isEqualTo(fired);
            assertThat(ignored - before)
                    .as(why)
                    .isEqualTo(log.size() - once.log().size());
            repeats += log.size() - once.log().size();
        }
        assertThat(repeats).isGreaterThan(CASES);
    }

    private List<String> firings(Case of) {
        ignored = 0;
        return Product.firings(of, this::counting).stream()
                .map(fired -> "%s/%d %s %s".formatted(fired.rule(), fired.ordinal(), fired.branch(), fired.events()))
                .toList();
    }

    private Engine counting(Workflow workflow, String text) {
        Engine engine = Engine.interpreting(workflow, new PlainMatcher());
        return new Engine() {
            @Override
            public String version() {
                return engine.version();
            }

            @Override
            public List<Effect> on(io.talflow.tal.event.TalEvent event, long timeMillis) {
                List<Effect> effects = engine.on(event, timeMillis);
                ignored += (int) effects.stream()
                        .filter(effect -> effect instanceof Effect.Decision decision && isIgnored(decision.data()))
                        .count();
                return effects;
            }
        };
    }

    private static boolean isIgnored(Map<String, Object> decision) {
        return decision.containsKey("ignored");
    }

    /** Without the repeats that are drawn. */
    private static List<RawEvent> distinct(List<RawEvent> log) {
        Set<String> seen = new HashSet<>();
        return log.stream()
                .filter(event -> event.type() == RawEvent.Type.OUTSIDE && seen.add(event.id()))
                .toList();
    }

    private static List<RawEvent> repeated(List<RawEvent> log, Random random) {
        List<RawEvent> all = new ArrayList<>();
        for (int index = 0; index < log.size(); index++) {
            all.add(log.get(index));
            for (int repeat = random.nextInt(3); repeat > 0; repeat--) {
                RawEvent earlier = log.get(random.nextInt(index + 1));
                all.add(earlier.at(log.get(index).timeMillis()));
            }
        }
        return all;
    }
}
