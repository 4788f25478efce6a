package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The places of a node")
class FairPlacesTest {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private long now = Long.MAX_VALUE - 1_000; // System.nanoTime may pass its end
    private FairPlaces<String> places = new FairPlaces<>(4, 4, () -> now);

    @Test
    void areAllForAFunctionThatIsAlone() {
        assertThat(enter("a", "a1", "a2", "a3", "a4", "a5", "a6")).containsExactly("a1", "a2", "a3", "a4");
        assertThat(places.leave(key("a"), PATIENCE)).contains("a5");
        assertThat(places.leave(key("a"), PATIENCE)).contains("a6");
        assertThat(places.leave(key("a"), PATIENCE)).isEmpty();
    }

    @Test
    void haveOneBeyondTheBoundForEachFunctionThatHasNoneUntilThereAreTwiceAsMany() {
        enter("hangs", "h1", "h2", "h3", "h4", "h5");
        assertThat(enter("b", "b1", "b2")).containsExactly("b1");
        assertThat(enter("c", "c1")).containsExactly("c1");
        assertThat(enter("d", "d1")).containsExactly("d1");
        assertThat(enter("e", "e1")).containsExactly("e1");
        assertThat(enter("f", "f1")).isEmpty();
        now++;
        assertThat(places.leave(key("b"), Duration.ZERO))
                .as("who has none comes before who had one")
                .contains("f1");
    }

    @Test
    void goToTheFunctionThatHoldsFewestWhenOneThatHungLetsGo() {
        enter("hangs", "h1", "h2", "h3", "h4", "h5", "h6", "h7");
        enter("b", "b1", "b2", "b3");
        assertThat(places.leave(key("hangs"), Duration.ZERO))
                .as("back to the bound")
                .isEmpty();
        assertThat(places.leave(key("hangs"), Duration.ZERO)).contains("b2");
        assertThat(places.leave(key("hangs"), Duration.ZERO))
                .as("1 of 4 beside b's 2")
                .contains("h5");
    }

    @Test
    void stayWithAFunctionThatHasWorkForThemUntilAnotherHasWaitedLongEnough() {
        enter("a", "a1", "a2", "a3", "a4", "a5", "a6", "a7");
        enter("b", "b1", "b2");
        places.leave(key("a"), PATIENCE); // the one beyond the bound is given back
        assertThat(places.leave(key("a"), PATIENCE)).contains("a5");
        now += PATIENCE.toNanos();
        assertThat(places.leave(key("a"), PATIENCE)).contains("b2");
    }

    @Test
    void areNoMoreForOneFunctionThanItMayHave() {
        places = new FairPlaces<>(4, 2, () -> now);
        assertThat(enter("a", "a1", "a2", "a3")).containsExactly("a1", "a2");
        assertThat(enter("b", "b1", "b2", "b3")).containsExactly("b1", "b2");
        assertThat(places.leave(key("b"), Duration.ZERO)).contains("b3");
    }

    @Test
    void areNotGivenToACallThatHasBeenCancelled() {
        enter("a", "a1", "a2", "a3", "a4", "a5", "a6");
        assertThat(places.remove(key("a"), "a5")).isTrue();
        assertThat(places.remove(key("a"), "a1")).as("it runs").isFalse();
        assertThat(places.leave(key("a"), PATIENCE)).contains("a6");
    }

    @Test
    void beyondEveryBoundAreGivenBackFirst() {
        enter("a", "a1", "a2", "a3", "a4", "a5");
        places.enterBeyond(key("a"));
        assertThat(places.leave(key("a"), PATIENCE)).isEmpty();
        assertThat(places.leave(key("a"), PATIENCE)).contains("a5");
    }

    /** Any number of functions that come, end, hang and are cancelled in any order. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void areNeverFreeWhileACallWaitsThatMayHaveOne(long seed) {
        Random random = new Random(seed);
        int bound = 1 + random.nextInt(5);
        int most = 1 + random.nextInt(bound);
        places = new FairPlaces<>(bound, most, () -> now);
        Map<String, Integer> held = new LinkedHashMap<>();
        Map<String, Deque<String>> waiting = new LinkedHashMap<>();
        for (int step = 0; step < 3_000; step++) {
            now += random.nextInt(200_000_000);
            String function = "f" + random.nextInt(1 + 3 * bound);
            Deque<String> queue = waiting.computeIfAbsent(function, absent -> new ArrayDeque<>());
            int does = random.nextInt(10);
            if (does < 5) {
                String job = function + ":" + step;
                if (places.enter(key(function), job)) {
                    held.merge(function, 1, Integer::sum);
                } else {
                    queue.add(job);
                }
            } else if (does < 9 && held.getOrDefault(function, 0) > 0) {
                held.merge(function, -1, Integer::sum);
                Optional<String> next = places.leave(key(function), random.nextBoolean() ? PATIENCE : Duration.ZERO);
                next.ifPresent(job -> {
                    String of = job.substring(0, job.indexOf(':'));
                    assertThat(waiting.get(of).remove())
                            .as("in its function's order")
                            .isEqualTo(job);
                    held.merge(of, 1, Integer::sum);
                });
            } else if (!queue.isEmpty()) {
                assertThat(places.remove(key(function), queue.removeLast())).isTrue();
            }
            int all = held.values().stream().mapToInt(Integer::intValue).sum();
            assertThat(all).as("step %d", step).isLessThanOrEqualTo(2 * bound);
            assertThat(held.values()).allMatch(one -> one <= most);
            waiting.forEach((name, jobs) -> {
                int own = held.getOrDefault(name, 0);
                if (!jobs.isEmpty() && own < most) {
                    assertThat(all)
                            .as("%s waits and holds %d", name, own)
                            .isGreaterThanOrEqualTo(own == 0 ? 2 * bound : bound);
                }
            });
        }
    }

    /** @return those that had a place at once */
    private List<String> enter(String function, String... jobs) {
        List<String> begun = new ArrayList<>();
        for (String job : jobs) {
            now++;
            if (places.enter(key(function), job)) {
                begun.add(job);
            }
        }
        return begun;
    }

    private static FunctionKey key(String function) {
        return new FunctionKey("w", "1", function);
    }
}
