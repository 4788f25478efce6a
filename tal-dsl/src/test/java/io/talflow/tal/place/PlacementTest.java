package io.talflow.tal.place;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Placement by hashes")
class PlacementTest {
    private static final List<String> FIRINGS =
            IntStream.range(0, 3_000).mapToObj(n -> "w/t@7/body/" + n).toList();

    private static Map<String, Long> counts(List<String> nodes) {
        return FIRINGS.stream()
                .map(firing -> Placement.SPREAD.ofFiring(firing, nodes))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @Test
    void spreadsFiringsEvenly() {
        assertThat(counts(List.of("a", "b", "c")).values())
                .allSatisfy(count -> assertThat(count).isBetween(900L, 1_100L));
    }

    @Test
    void neverChanges() {
        assertThat(List.of(
                        Placement.SPREAD.ofFiring("w/t@0/r/0", List.of("node-1", "node-2")),
                        Placement.SPREAD.ofFiring("w/t@0/r/1", List.of("node-1", "node-2")),
                        Placement.SPREAD.ofFiring("w/t@0/r/2", List.of("node-1", "node-2"))))
                .isEqualTo(List.of("node-2", "node-1", "node-2"));
    }

    @Test
    void movesNothingButWhatWasOnTheNodeThatWent() {
        List<String> before = List.of("a", "b", "c");
        List<String> after = List.of("a", "c");
        assertThat(FIRINGS)
                .filteredOn(firing -> !Placement.SPREAD.ofFiring(firing, before).equals("b"))
                .allSatisfy(firing -> assertThat(Placement.SPREAD.ofFiring(firing, after))
                        .isEqualTo(Placement.SPREAD.ofFiring(firing, before)));
    }

    @Test
    void givesATaskAFewOfManyNodesAndAllOfFew() {
        List<String> many = IntStream.range(0, 100).mapToObj(n -> "node-" + n).toList();
        assertThat(Placement.SPREAD.ofTask("w/t", many)).hasSize(8).isSorted();
        assertThat(Placement.SPREAD.ofTask("w/u", many)).isNotEqualTo(Placement.SPREAD.ofTask("w/t", many));
        assertThat(Placement.SPREAD.ofTask("w/t", List.of("b", "a"))).containsExactly("a", "b");
        assertThat(Placement.SPREAD.ofTask("w/t", List.of())).isEmpty();
    }

    @Test
    void isNamedAsOneText() {
        assertThat(Placement.split(Placement.joined(List.of("a", "b")))).containsExactly("a", "b");
        assertThat(Placement.split("")).isEmpty();
    }
}
