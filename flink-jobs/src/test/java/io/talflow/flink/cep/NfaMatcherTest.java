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
    @DisplayName("agrees with the meaning of each shape spelled out")
    void agreesWithPlainMatcher() {
        Random random = new Random(SEED);
        try (NfaMatcher nfa = new NfaMatcher()) {
            for (int number = 0; number < CASES; number++) {
                agree(nfa, random, number, false);
            }
        }
    }

    @Test
    @DisplayName("agrees, too, on arrivals out of turn and repeated")
    void agreesOnArrivalsOutOfTurn() {
        Random random = new Random(SEED + 1);
        try (NfaMatcher nfa = new NfaMatcher()) {
            for (int number = 0; number < CASES; number++) {
                agree(nfa, random, number, true);
            }
        }
    }

    @Test
    @DisplayName("keeps the same partial match after a move to another matcher")
    void memoryMovesBetweenMatchers() {
        Shape shape = Shape.sequence(4);
        byte[] memory = null;
        for (int slot = 0; slot < 4; slot++) {
            try (NfaMatcher fresh = new NfaMatcher()) {
                Matcher.Step step = fresh.offer(shape, memory, new Arrival(slot, 1_000 + slot, false));
                assertThat(step.matched()).isEqualTo(slot == 3);
                memory = step.memory();
            }
        }
        assertThat(memory).as("nothing is kept after a match").isNull();
    }

    @Test
    @DisplayName("mixes nodes of one shape without mixing their partial matches")
    void nodesOfOneShapeAreApart() {
        Shape shape = Shape.sequence(2);
        try (NfaMatcher nfa = new NfaMatcher()) {
            byte[] first = nfa.offer(shape, null, new Arrival(0, 1, false)).memory();
            byte[] second = nfa.offer(shape, null, new Arrival(1, 2, false)).memory();
            assertThat(second).as("an arrival out of turn leaves nothing").isNull();
            assertThat(nfa.offer(shape, second, new Arrival(1, 3, false)).matched())
                    .isFalse();
            assertThat(nfa.offer(shape, first, new Arrival(1, 4, false)).matched())
                    .isTrue();
        }
    }

    @Test
    @DisplayName("leaves no thread behind")
    void closesItsTimers() {
        for (int round = 0; round < 20; round++) {
            try (NfaMatcher nfa = new NfaMatcher()) {
                nfa.offer(Shape.EVENT, null, new Arrival(0, 1, true));
                nfa.offer(Shape.sequence(3), null, new Arrival(0, 1, true));
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

    /** @param anySlot else only the part of a sequence whose turn it is arrives, as the engine offers them */
    private static void agree(NfaMatcher nfa, Random random, int number, boolean anySlot) {
        List<Shape> shapes = List.of(Shape.EVENT, Shape.FIRST, Shape.LAST, Shape.sequence(1 + random.nextInt(5)));
        Shape shape = shapes.get(random.nextInt(shapes.size()));
        Matcher plain = new PlainMatcher();
        byte[] nfaMemory = null;
        byte[] plainMemory = null;
        int next = 0;
        for (int at = 0; at < ARRIVALS; at++) {
            int slot = shape.kind() == Shape.Kind.SEQUENCE && !anySlot ? next : random.nextInt(5);
            Arrival arrival = new Arrival(slot, 1000 + at, random.nextInt(3) == 0);
            Matcher.Step expected = plain.offer(shape, plainMemory, arrival);
            Matcher.Step actual = nfa.offer(shape, nfaMemory, arrival);
            String place = "-Dseed=%d, case %d, %s, arrival %d: %s".formatted(SEED, number, shape, at, arrival);
            assertThat(actual.matched()).as(place).isEqualTo(expected.matched());
            assertThat(actual.memory() == null)
                    .as("nothing to remember, %s", place)
                    .isEqualTo(expected.memory() == null);
            nfaMemory = actual.memory();
            plainMemory = expected.memory();
            next = expected.matched() ? 0 : slot + 1;
        }
    }
}
