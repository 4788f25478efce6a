package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.any;
import static io.talflow.tal.oracle.Expr.event;
import static io.talflow.tal.oracle.Expr.leaf;
import static io.talflow.tal.oracle.Expr.seq;
import static io.talflow.tal.oracle.Expr.strict;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A second engine, of others, against the oracle: where SiddhiQL can say an untimed expression, both find the same events.
 *
 * <p>What Siddhi 5.1.30 cannot be asked: an {@code and} that is a whole pattern does not match when its second event comes
 * first (and repeats under {@code every} lose an event), so each {@code and} stands in a sequence; {@code and} takes two.
 */
@DisplayName("Siddhi and the oracle agree on")
class SiddhiTest {
    private static final long SEED = Long.getLong("oracle.seed", 20260102L);
    private static final int LOGS = 40;
    private static final Siddhi SIDDHI = new Siddhi();
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");
    private static final Expr T = leaf(Expr.Kind.STARTED, "");

    @AfterAll
    static void shutDown() {
        SIDDHI.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void overRandomLogs(String pattern, String select, Rule rule) {
        Random random = new Random(SEED + pattern.hashCode());
        int matches = 0;
        for (int run = 0; run < LOGS; run++) {
            List<RawEvent> log = log(random);
            Flow flow = new Flow(List.of("A", "B", "C"), List.of(), List.of(rule));
            List<List<String>> expected =
                    Oracle.firings(flow, log).stream().map(Fired::events).toList();
            assertThat(SIDDHI.matches(pattern, select, log))
                    .as("-Doracle.seed=%d, %s", SEED, RawLog.print(log))
                    .isEqualTo(expected);
            matches += expected.size();
        }
        assertThat(matches).as("matches, so that something was compared").isGreaterThan(LOGS / 4);
    }

    static Stream<Arguments> forms() {
        String two = "e1.id, e2.id";
        String three = "e1.id, e2.id, e3.id";
        return Stream.of(
                each("every e1=A", "e1.id", A),
                each("every e1=A[n >= 2]", "e1.id", event("A", 2)),
                each("every (e1=A or e2=B)", "e1.id as a, e2.id as b", any(A, B)),
                each("every (e1=A -> e2=B)", "e1.id as a, e2.id as b", seq(0, A, B)),
                each("every (e1=A -> e2=A)", "e1.id as a, e2.id as b", seq(0, A, A)),
                each("every (e1=A -> e2=B[n >= 2])", "e1.id as a, e2.id as b", seq(0, A, event("B", 2))),
                each("every (e1=A<3:3>)", "e1[0].id as a, e1[1].id as b, e1[2].id as c", new Expr.Count(3, A, 0)),
                once("e1=A -> e2=B -> e3=A", three, seq(0, A, B, A)),
                once("e1=A -> (e2=B or e3=C)", three, seq(0, A, any(B, C))),
                once("(e1=A or e2=B) -> e3=C", three, seq(0, any(A, B), C)),
                once("e0=T -> (e1=A and e2=B)", "e0.id, " + two, seq(0, T, all(0, A, B))),
                once("e0=T -> (e1=A and e2=B) -> e3=A", "e0.id, " + three, seq(0, T, all(0, A, B), A)),
                once("e1=A -> (e2=B and e3=C)", three, seq(0, A, all(0, B, C))),
                once(
                        "e1=A<2:2> -> e2=B",
                        "e1[0].id as a, e1[1].id as b, e2.id as c",
                        seq(0, new Expr.Count(2, A, 0), B)),
                each("every e1=S[type=='A'], e2=S[type=='B']", two, strict(0, A, B)),
                each("every e1=S[type=='A'], e2=S[type=='A'], e3=S[type=='B']", three, strict(0, A, A, B)),
                each("every e1=S[type=='A'], e2=S[type=='B' or type=='C']", two, strict(0, A, any(B, C))));
    }

    private static Arguments each(String pattern, String select, Expr when) {
        return Arguments.of(pattern, named(select), Rule.of("r", when));
    }

    private static Arguments once(String pattern, String select, Expr when) {
        return Arguments.of(pattern, named(select), Rule.of("r", when).once());
    }

    /** Attributes that select one name from several events need names of their own. */
    private static String named(String select) {
        if (select.contains(" as ")) {
            return select;
        }
        List<String> named = new ArrayList<>();
        for (String attribute : select.split(", ", -1)) {
            named.add("%s as a%d".formatted(attribute, named.size()));
        }
        return String.join(", ", named);
    }

    private static List<RawEvent> log(Random random) {
        List<RawEvent> log = new ArrayList<>();
        int length = 3 + random.nextInt(25);
        for (int index = 0; index < length; index++) {
            String name = List.of("A", "B", "C").get(random.nextInt(3));
            log.add(RawEvent.outside(name, name + index, random.nextInt(4), index));
        }
        return log;
    }
}
