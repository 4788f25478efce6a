package io.talflow.flink.cep;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.PlainMatcher;
import io.talflow.tal.semantics.Shape;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Flink's NFA as the matcher")
class NfaMatcherTest {
    private static final long SEED = Long.getLong("seed", 20260101L);
    private static final int CASES = Integer.getInteger("cases", 5_000);
    private static final int ARRIVALS = 16;

    @Test
    @DisplayName("agrees with the meaning of each shape spelled out, in time and out of turn")
    void agreesWithPlainMatcher() {
        Random random = new Random(SEED);
        try (NfaMatcher nfa = new NfaMatcher()) {
            for (int number = 0; number < CASES; number++) {
                agree(nfa, random, number);
            }
        }
    }

    @Test
    @DisplayName("keeps the same partial match after a move to another matcher")
    void memoryMovesBetweenMatchers() {
        Shape shape = Shape.sequence(4, 0);
        byte[] memory = null;
        for (int slot = 0; slot < 4; slot++) {
            try (NfaMatcher fresh = new NfaMatcher()) {
                Matcher.Step step =
                        fresh.offer(shape, memory, new Arrival(Arrival.slot(slot), slot, 1_000 + slot, false));
                assertThat(step.match()).hasSize(slot == 3 ? 4 : 0);
                memory = step.memory();
            }
        }
    }

    @Test
    @DisplayName("keeps the nodes that share a pattern apart")
    void nodesOfOneShapeAreApart() {
        Shape shape = Shape.sequence(2, 0);
        try (NfaMatcher nfa = new NfaMatcher()) {
            byte[] first = nfa.offer(shape, null, new Arrival(1, 0, 1, false)).memory();
            byte[] second = nfa.offer(shape, null, new Arrival(2, 0, 2, false)).memory();
            assertThat(second).as("an arrival out of turn leaves nothing").isNull();
            assertThat(nfa.offer(shape, second, new Arrival(2, 0, 3, false)).match())
                    .isEmpty();
            assertThat(nfa.offer(shape, first, new Arrival(2, 1, 4, false)).match())
                    .hasSize(2);
        }
    }

    @Test
    @DisplayName("tells two arrivals of one moment apart")
    void arrivalsOfOneMoment() {
        Shape shape = Shape.sequence(3, 100);
        try (NfaMatcher nfa = new NfaMatcher()) {
            byte[] memory = null;
            for (int slot = 0; slot < 3; slot++) {
                Matcher.Step step = nfa.offer(shape, memory, new Arrival(Arrival.slot(slot), slot, 7, false));
                memory = step.memory();
                assertThat(step.match()).hasSize(slot == 2 ? 3 : 0);
            }
        }
    }

    @Test
    @DisplayName("leaves no thread behind")
    void closesItsTimers() {
        for (int round = 0; round < 20; round++) {
            try (NfaMatcher nfa = new NfaMatcher()) {
                nfa.offer(Shape.EVENT, null, new Arrival(1, 0, 1, true));
                nfa.offer(Shape.sequence(3, 0), null, new Arrival(1, 0, 1, true));
            }
        }
        Awaitility.await("a buffer's timer ends with its matcher").until(NfaMatcherTest::timers, List.of()::equals);
    }

    private static List<String> timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("Timer-"))
                .toList();
    }

    private static void agree(NfaMatcher nfa, Random random, int number) {
        Shape shape = shape(random);
        Matcher plain = new PlainMatcher();
        byte[] nfaMemory = null;
        byte[] plainMemory = null;
        long time = 1_000;
        for (int at = 0; at < ARRIVALS; at++) {
            time += random.nextInt(4);
            boolean offered = random.nextInt(5) > 0;
            Arrival arrival = arrival(shape, random, at, time, plainMemory != null);
            Matcher.Step expected =
                    offered ? plain.offer(shape, plainMemory, arrival) : plain.advance(shape, plainMemory, time);
            Matcher.Step actual = offered ? nfa.offer(shape, nfaMemory, arrival) : nfa.advance(shape, nfaMemory, time);
            String place = "-Dseed=%d, case %d, %s, %s"
                    .formatted(SEED, number, shape, offered ? arrival.toString() : "clock at " + time);
            assertThat(numbers(actual)).as(place).isEqualTo(numbers(expected));
            assertThat(actual.timedOut()).as("timed out, %s", place).isEqualTo(expected.timedOut());
            assertThat(actual.taken()).as("taken, %s", place).isEqualTo(expected.taken());
            assertThat(actual.ways().count())
                    .as("ways, %s", place)
                    .isEqualTo(expected.ways().count());
            assertThat(oldest(actual)).as("oldest, %s", place).isEqualTo(oldest(expected));
            assertThat(actual.memory() == null)
                    .as("nothing to remember, %s", place)
                    .isEqualTo(expected.memory() == null);
            nfaMemory = actual.memory();
            plainMemory = expected.memory();
        }
    }

    private static Shape shape(Random random) {
        long window = random.nextBoolean() ? 0 : 1 + random.nextInt(12);
        return switch (random.nextInt(6)) {
            case 0 -> Shape.EVENT;
            case 1 -> Shape.FIRST;
            case 2 -> Shape.last(window);
            case 3 -> Shape.sequence(1 + random.nextInt(4), window);
            case 4 -> Shape.strict(1 + random.nextInt(4), window);
            default -> Shape.absent(window + 1);
        };
    }

    /** An arrival as the engine could offer it: a window opens once, and {@code absent} is told what it asked for. */
    private static Arrival arrival(Shape shape, Random random, int number, long time, boolean open) {
        if (shape.kind() == Shape.Kind.LAST && shape.windowMicros() > 0 && !open) {
            return new Arrival(Arrival.OPENING, number, time, false);
        }
        long slots = Arrival.OTHER;
        if (shape.kind() == Shape.Kind.ABSENT) {
            slots = Arrival.slot(open ? 1 : 0);
        } else if (shape.kind() != Shape.Kind.STRICT || random.nextInt(4) > 0) {
            int one = random.nextInt(shape.stages());
            int other = random.nextInt(shape.stages());
            slots = Arrival.slot(one) | Arrival.slot(other);
        }
        return new Arrival(slots, number, time, random.nextInt(3) == 0);
    }

    private static List<Integer> numbers(Matcher.Step step) {
        return step.match().stream().map(Arrival::number).toList();
    }

    private static Integer oldest(Matcher.Step step) {
        return step.ways().oldest() == null ? null : step.ways().oldest().number();
    }
}
