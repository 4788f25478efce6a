package io.talflow.flink.cep;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The pattern that a user of Flink CEP would write for a node, run as Flink runs it, over the arrivals that the node's
 * shape gets: both match at the same arrivals. What differs is the cost: {@code times(n)} visits n partial matches at
 * every arrival, the shape one.
 */
@DisplayName("A stock pattern and our driver match at the same arrivals:")
class StockPatternPropertyTest {
    private static final long SEED = Long.getLong("seed", 20260103L);
    private static final int RUNS = Integer.getInteger("cases", 150);
    private static final int ARRIVALS = 24;
    private static final int WINDOW = 9;
    private static final AfterMatchSkipStrategy PAST = AfterMatchSkipStrategy.skipPastLastEvent();

    /**
     * A node.
     *
     * @param slots how many parts it has; one more number stands for an event that is none of them
     * @param complete of the slots seen since the last match, in order, and the next one: whether that makes a match
     * @param refuses whether the node does not offer it at all
     */
    private record Node(
            Shape shape,
            int slots,
            BiPredicate<List<Integer>, Integer> complete,
            BiPredicate<List<Integer>, Integer> refuses) {}

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void overRandomArrivals(String name, Pattern<Arrival, ?> stock, Node node) throws Exception {
        Random random = new Random(SEED);
        int matches = 0;
        for (int run = 0; run < RUNS; run++) {
            matches += agree("-Dseed=%d, run %d, %s".formatted(SEED, run, name), stock, node, random);
        }
        assertThat(matches).as("matches").isGreaterThan(RUNS / 4);
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                shape("any", begin(2), always(Shape.FIRST, 2)),
                shape("all of 2", distinct(2), set(2, 2)),
                shape("all of 4", distinct(4), set(4, 4)),
                shape("atLeast 2 of 4", distinct(2), set(2, 4)),
                shape("count 3", begin(1).times(3), count(3)),
                shape("seq of 3", followed(3), ordered(Shape.sequence(3, 0))),
                shape(
                        "seq of 3 within",
                        followed(3).within(Duration.ofMillis(WINDOW)),
                        ordered(Shape.sequence(3, WINDOW))),
                shape("strict of 3", next(3), ordered(Shape.strict(3, 0))),
                shape(
                        "strict of 3 within",
                        next(3).within(Duration.ofMillis(WINDOW)),
                        ordered(Shape.strict(3, WINDOW))));
    }

    private static int agree(String place, Pattern<Arrival, ?> stock, Node node, Random random) throws Exception {
        int matches = 0;
        List<Integer> since = new ArrayList<>();
        byte[] memory = null;
        long time = 1_000;
        try (NfaMatcher ours = new NfaMatcher();
                StockNfa<Arrival> theirs = new StockNfa<>(stock, ArrivalSerializer.INSTANCE)) {
            for (int number = 1; number <= ARRIVALS; number++) {
                time += random.nextInt(4);
                int slot = random.nextInt(node.slots + 1);
                boolean other = slot == node.slots;
                Matcher.Step ended = ours.advance(node.shape, memory, time);
                StockNfa.Outcome<Arrival> outcome = theirs.offer(
                        new Arrival(other ? Arrival.OTHER : Arrival.slot(slot), number, time, false), time);
                assertThat(ended.timedOut())
                        .as("timed out, %s, arrival %d", place, number)
                        .isEqualTo(outcome.timedOut());
                memory = ended.memory();
                List<Integer> numbers = List.of();
                if (node.shape.kind() == Shape.Kind.STRICT || (!other && !node.refuses.test(since, slot))) {
                    boolean complete = !other && node.complete.test(since, slot);
                    Matcher.Step step = ours.offer(
                            node.shape,
                            memory,
                            new Arrival(other ? Arrival.OTHER : Arrival.slot(slot), number, time, complete));
                    memory = step.memory();
                    since.add(slot);
                    numbers = step.match().stream().map(Arrival::number).toList();
                }
                assertThat(!numbers.isEmpty())
                        .as("%s, arrival %d", place, number)
                        .isEqualTo(!outcome.matches().isEmpty());
                if (!numbers.isEmpty()) {
                    matches++;
                    since.clear();
                    List<Integer> all = outcome.matches().get(0).stream()
                            .map(Arrival::number)
                            .toList();
                    // Of a set our driver's match holds only the arrival that completed it: the rest is kept beside it.
                    assertThat(node.shape.stages() > 1 ? all : all.subList(all.size() - 1, all.size()))
                            .as("%s, arrival %d", place, number)
                            .isEqualTo(numbers);
                }
            }
        }
        return matches;
    }

    private static Arguments shape(String name, Pattern<Arrival, ?> stock, Node node) {
        return Arguments.of(name, stock, node);
    }

    private static Node always(Shape shape, int slots) {
        return new Node(shape, slots, (since, slot) -> true, (since, slot) -> false);
    }

    private static Node ordered(Shape shape) {
        return new Node(shape, shape.stages(), (since, slot) -> false, (since, slot) -> false);
    }

    private static Node count(int times) {
        return new Node(Shape.LAST, 1, (since, slot) -> since.size() == times - 1, (since, slot) -> false);
    }

    /** A set refuses an arrival of a slot it has. */
    private static Node set(int least, int slots) {
        return new Node(Shape.LAST, slots, (since, slot) -> filled(since) == least - 1, List::contains);
    }

    private static int filled(List<Integer> since) {
        BitSet slots = new BitSet();
        since.forEach(slots::set);
        return slots.cardinality();
    }

    private static Pattern<Arrival, Arrival> begin(int slots) {
        return Pattern.<Arrival>begin("x", PAST)
                .where(SimpleCondition.of(
                        arrival -> arrival.slots() != Arrival.OTHER && arrival.slots() < Arrival.slot(slots)));
    }

    /** What Flink has for a conjunction: n events, each of a slot that none of those before has. */
    private static Pattern<Arrival, Arrival> distinct(int least) {
        return Pattern.<Arrival>begin("x", PAST).where(new NewSlot()).times(least);
    }

    private static Pattern<Arrival, Arrival> followed(int stages) {
        Pattern<Arrival, Arrival> pattern = Pattern.<Arrival>begin("0", PAST).where(slot(0));
        for (int stage = 1; stage < stages; stage++) {
            pattern = pattern.followedBy("" + stage).where(slot(stage));
        }
        return pattern;
    }

    private static Pattern<Arrival, Arrival> next(int stages) {
        Pattern<Arrival, Arrival> pattern = Pattern.<Arrival>begin("0", PAST).where(slot(0));
        for (int stage = 1; stage < stages; stage++) {
            pattern = pattern.next("" + stage).where(slot(stage));
        }
        return pattern;
    }

    private static SimpleCondition<Arrival> slot(int slot) {
        return SimpleCondition.of(arrival -> arrival.fills(slot));
    }

    private static final class NewSlot extends IterativeCondition<Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Arrival arrival, Context<Arrival> context) throws Exception {
            for (Arrival before : context.getEventsForPattern("x")) {
                if (before.slots() == arrival.slots()) {
                    return false;
                }
            }
            return arrival.slots() != Arrival.OTHER;
        }
    }
}
