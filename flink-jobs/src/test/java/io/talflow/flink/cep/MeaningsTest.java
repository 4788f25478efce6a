package io.talflow.flink.cep;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.WithinType;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Flink CEP's catalogue of meanings, case by case: what a Flink pattern matches, run by Flink, and what the nearest TAL
 * expression fires for, run by the executable semantics. The last column says how they differ, if they do.
 *
 * <p>Events are written TYPE NUMBER {@code @} milliseconds; matches as the events they hold. TAL rules fire each time.
 */
@DisplayName("What Flink CEP means, and what TAL means:")
class MeaningsTest {
    private static final String NONE = "";

    private static final Duration TEN = Duration.ofMillis(10);

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource({"contiguity", "absence", "windows", "repetition", "skipping"})
    void matchesAsWritten(
            String name, Pattern<String, ?> pattern, String events, String flink, String tal, String fires)
            throws Exception {
        assertThat(MeaningRun.flink(pattern, events)).as("Flink, %s", name).isEqualTo(flink);
        if (!tal.isEmpty()) {
            assertThat(MeaningRun.tal(tal, events)).as("TAL, %s", tal).isEqualTo(fires);
        }
    }

    static Stream<Arguments> contiguity() {
        return Stream.of(
                same(
                        "strict: next",
                        a().next("b").where(type("B")),
                        "A1@1 C2@2 B3@3 A4@4 B5@5",
                        "A4B5",
                        "{seq: [{event: A}, {event: B}], strict: true}"),
                same(
                        "strict: a start that goes wrong may be a start again",
                        a().next("b").where(type("B")),
                        "A1@1 A2@2 B3@3",
                        "A2B3",
                        "{seq: [{event: A}, {event: B}], strict: true}"),
                same(
                        "relaxed: followedBy",
                        a().followedBy("b").where(type("B")),
                        "A1@1 C2@2 B3@3 B4@4",
                        "A1B3",
                        "{seq: [{event: A}, {event: B}]}"),
                row(
                        "non-deterministic relaxed: followedByAny",
                        a(AfterMatchSkipStrategy.noSkip()).followedByAny("b").where(type("B")),
                        "A1@1 C2@2 B3@3 B4@4",
                        "A1B3 A1B4",
                        "{seq: [{event: A}, {event: B}]}",
                        "A1B3",
                        "TAL takes the first: a second match from the same start would be a second firing for one order"),
                same(
                        "or",
                        Pattern.<String>begin("x", past()).where(type("A")).or(type("B")),
                        "A1@1 C2@2 B3@3",
                        "A1 B3",
                        "{any: [{event: A}, {event: B}]}"),
                row(
                        "no conjunction: both orders are two patterns",
                        a().followedBy("b").where(type("B")),
                        "B1@1 A2@2",
                        NONE,
                        "{all: [{event: A}, {event: B}]}",
                        "A2B1",
                        "TAL has all, in any order"));
    }

    static Stream<Arguments> absence() {
        return Stream.of(
                row(
                        "notNext",
                        a().notNext("no").where(type("C")).followedBy("b").where(type("B")),
                        "A1@1 C2@2 B3@3 A4@4 D5@5 B6@6",
                        "A4B6",
                        NONE,
                        NONE,
                        "not said: an absence in TAL has a duration"),
                row(
                        "notFollowedBy in the middle",
                        a().notFollowedBy("no").where(type("C")).followedBy("b").where(type("B")),
                        "A1@1 C2@2 B3@3 A4@4 D5@5 B6@6",
                        "A4B6",
                        NONE,
                        NONE,
                        "not said: an absence in TAL has a duration"),
                same(
                        "notFollowedBy at the end, within: nothing came",
                        a().notFollowedBy("no").where(type("C")).within(TEN),
                        "A1@1 D2@5 D3@11",
                        "A1",
                        "{absent: {event: C}, for: 10ms, after: {event: A}}"),
                same(
                        "notFollowedBy at the end, within: it came",
                        a().notFollowedBy("no").where(type("C")).within(TEN),
                        "A1@1 C2@5 D3@30",
                        NONE,
                        "{absent: {event: C}, for: 10ms, after: {event: A}}"),
                same(
                        "notFollowedBy at the end, within: it came at the end, too late",
                        a().notFollowedBy("no").where(type("C")).within(TEN),
                        "A1@1 C2@11",
                        "A1",
                        "{absent: {event: C}, for: 10ms, after: {event: A}}"),
                row(
                        "notFollowedBy at the end: two starts",
                        a(AfterMatchSkipStrategy.noSkip())
                                .notFollowedBy("no")
                                .where(type("C"))
                                .within(TEN),
                        "A1@1 A2@5 D3@30",
                        "A1 A2",
                        "{absent: {event: C}, for: 10ms, after: {event: A}}",
                        "A1",
                        "TAL waits for one silence at a time: a start while it waits is refused"));
    }

    static Stream<Arguments> windows() {
        return Stream.of(
                same(
                        "within: its end is excluded",
                        a().followedBy("b").where(type("B")).within(TEN),
                        "A1@1 B2@11",
                        NONE,
                        "{seq: [{event: A}, {event: B}], within: 10ms}"),
                same(
                        "within: the last millisecond is inside",
                        a().followedBy("b").where(type("B")).within(TEN),
                        "A1@1 B2@10",
                        "A1B2",
                        "{seq: [{event: A}, {event: B}], within: 10ms}"),
                same(
                        "within: each start has a window of its own",
                        a().followedBy("b").where(type("B")).within(TEN),
                        "A1@1 A2@6 B3@12",
                        "A2B3",
                        "{seq: [{event: A}, {event: B}], within: 10ms}"),
                row(
                        "within of times: each arrival opens one",
                        a().times(3).within(TEN),
                        "A1@1 A2@9 A3@12 A4@15",
                        "A2A3A4",
                        "{count: 3, of: {event: A}, within: 10ms}",
                        NONE,
                        "TAL: one window at a time, from the first arrival, so that a count costs the same at any number"),
                row(
                        "within, between two",
                        a().followedBy("b")
                                .where(type("B"))
                                .followedBy("c")
                                .where(type("C"))
                                .within(TEN, WithinType.PREVIOUS_AND_CURRENT),
                        "A1@1 B2@9 C3@18",
                        "A1B2C3",
                        "{seq: [{event: A}, {event: B}, {event: C}], within: 10ms}",
                        NONE,
                        "not said: a window in TAL is from the first arrival"));
    }

    static Stream<Arguments> repetition() {
        return Stream.of(
                same("times, relaxed", a().times(2), "A1@1 C2@2 A3@3", "A1A3", "{count: 2, of: {event: A}}"),
                same(
                        "times, consecutive",
                        a().times(2).consecutive(),
                        "A1@1 C2@2 A3@3 A4@4",
                        "A3A4",
                        "{seq: [{event: A}, {event: A}], strict: true}"),
                row(
                        "times, with combinations",
                        a(AfterMatchSkipStrategy.noSkip()).times(2).allowCombinations(),
                        "A1@1 A2@2 A3@3",
                        "A1A2 A1A3 A2A3",
                        "{count: 2, of: {event: A}}",
                        "A1A2",
                        "TAL: an arrival counts once"),
                row(
                        "oneOrMore",
                        a(AfterMatchSkipStrategy.noSkip()).oneOrMore(),
                        "A1@1 A2@2",
                        "A1 A1A2 A2",
                        "{event: A}",
                        "A1 A2",
                        "TAL: each by itself; several together are a batch"),
                row(
                        "optional",
                        a().followedBy("b")
                                .where(type("B"))
                                .optional()
                                .followedBy("c")
                                .where(type("C")),
                        "A1@1 C2@2",
                        "A1C2",
                        "{seq: [{event: A}, {event: C}]}",
                        "A1C2",
                        "TAL leaves out what need not come"),
                row(
                        "oneOrMore until",
                        a().oneOrMore()
                                .greedy()
                                .until(type("B"))
                                .followedBy("c")
                                .where(type("C")),
                        "A1@1 A2@2 B3@3 A4@4 C5@5",
                        "A1A2C5",
                        NONE,
                        NONE,
                        "not said"));
    }

    static Stream<Arguments> skipping() {
        String seq = "{seq: [{event: A}, {event: B}], within: 1h}";
        String events = "A1@1 A2@2 B3@3 B4@4";
        String ours = "A1B3";
        return Stream.of(
                row(
                        "no skip",
                        ab(AfterMatchSkipStrategy.noSkip()),
                        events,
                        "A1B3 A2B3",
                        seq,
                        ours,
                        "TAL forgets all at a match"),
                row(
                        "skip to next",
                        ab(AfterMatchSkipStrategy.skipToNext()),
                        events,
                        "A1B3 A2B3",
                        seq,
                        ours,
                        "TAL forgets all at a match"),
                same("skip past the last event", ab(past()), events, ours, seq),
                row(
                        "skip to the first of a stage",
                        ab(AfterMatchSkipStrategy.skipToFirst("b")),
                        events,
                        "A1B3",
                        seq,
                        ours,
                        "the same here"),
                row(
                        "skip to the last of a stage",
                        ab(AfterMatchSkipStrategy.skipToLast("b")),
                        events,
                        "A1B3",
                        seq,
                        ours,
                        "the same here"));
    }

    private static Arguments same(String name, Pattern<String, ?> pattern, String events, String both, String tal) {
        return row(name, pattern, events, both, tal, both, "the same");
    }

    private static Arguments row(
            String name,
            Pattern<String, ?> pattern,
            String events,
            String flink,
            String tal,
            String fires,
            String difference) {
        return Arguments.of(name + " (" + difference + ")", pattern, events, flink, tal, fires);
    }

    private static Pattern<String, String> a() {
        return a(past());
    }

    private static Pattern<String, String> a(AfterMatchSkipStrategy skip) {
        return Pattern.<String>begin("a", skip).where(type("A"));
    }

    private static Pattern<String, String> ab(AfterMatchSkipStrategy skip) {
        return a(skip).followedBy("b").where(type("B"));
    }

    private static AfterMatchSkipStrategy past() {
        return AfterMatchSkipStrategy.skipPastLastEvent();
    }

    private static SimpleCondition<String> type(String type) {
        return SimpleCondition.of(event -> event.startsWith(type));
    }
}
