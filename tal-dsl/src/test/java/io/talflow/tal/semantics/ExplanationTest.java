package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An explanation")
class ExplanationTest {
    private static final String TASK = "shop/1";
    private static final String WORKFLOW = """
            tal: 1
            workflow: shop
            events:
              paid: {type: com.example.paid.v1, topic: shop.payments}
            functions:
              split: {python: split.py, emits: {chunks: stream}}
              body: {python: body.py, retry: [{errorEquals: [Busy], interval: 10s}]}
              pack: {python: pack.py}
            rules:
              - {id: begin, when: started, do: {invoke: split}}
              - {id: slice, when: {item: split.chunks}, fires: each, maxConcurrency: 1, do: {invoke: body}}
              - {id: join, when: {gather: {completed: body}, over: split.chunks}, do: {invoke: pack}}
              - {id: end, when: {any: [{completed: pack}, {seq: [{event: paid}, {completed: pack}]}]}, do: {complete: 1}}
              - {id: third, when: {count: 3, of: {event: paid}, within: 1m}, do: {set: {third: true}}}
              - {id: none, when: {absent: {event: paid}, for: 5m, after: {completed: split}}, do: {set: {none: true}}}
              - {id: dark, when: {event: paid}, enabled: false, do: {enable: dark}}
              - {id: big, when: {all: [{event: paid, if: "${ event.data.n > 5 && input != 1 }"}, {event: paid, if: "${ event.data.n > 7 }"}]}, do: {set: {big: true}}}
              - {id: rich, when: {event: paid}, if: "${ event.data.n > 5 }", fires: each, do: {set: {rich: true}}}
            """;

    private final Interpreter interpreter =
            new Interpreter(Formats.load("shop.yaml", WORKFLOW.getBytes(StandardCharsets.UTF_8)));
    private Effect.Dispatch split;

    @BeforeEach
    void start() {
        split = dispatches(interpreter.start("1", Map.of())).get(0);
    }

    @Test
    void namesTheFunctionThatRunsOrWhoWouldCallIt() {
        assertThat(waits("join"))
                .contains(
                        "stream=split.chunks",
                        "closed=false",
                        "producer={openInvocations=1, running=[{firing=shop/1@1/begin/0")
                .contains("next={for={completed=body}, calledBy=[{rule=slice, state=armed, firings=0}]}");
        assertThat(waits("end")).contains("calledBy=[{rule=join, state=armed, firings=0}]", "topic=shop.payments");
    }

    @Test
    void namesTheSlicesThatAreMissingTheQueueAndTheRetry() {
        List<Effect.Dispatch> bodies =
                dispatches(interpreter.complete(split, Map.of("chunks", List.of("a", "b", "c"))));
        assertThat(bodies).hasSize(1);
        assertThat(waits("join"))
                .contains("closed=true, of=3, missingSlices=[0, 1, 2]", "openInvocations=3", "status=QUEUED");
        assertThat(rule("slice")).contains("places={most=1, queued=2}");
        interpreter.fail(bodies.get(0), "Busy", "not now");
        assertThat(waits("join")).contains("status=BACKOFF", "attempt=2", "retryAt=");
    }

    @Test
    void tellsHowFarAnExpressionHasComeAndWhichDeadlineRuns() {
        interpreter.complete(split, Map.of("chunks", List.of("a")));
        assertThat(waits("none")).contains("open=true", "cancelledBy={for={event=paid}", "deadline=");
        assertThat(waits("third")).contains("seen=0, of=3").doesNotContain("deadline");
        paid(1);
        assertThat(waits("third")).contains("seen=1, of=3", "deadline=");
        assertThat(waits("none")).contains("open=false", "opensAt={for={completed=split}");
        assertThat(waits("end")).contains("happened=1, next={for={completed=pack}");
    }

    @Test
    void saysWhatAConditionSawAndWhichRulesAreDisabledOrHaveFired() {
        paid(2);
        assertThat(rule("rich"))
                .contains("if=event.data.n > 5", "lastCondition={", "value=false", "values={event.data.n=2}");
        assertThat(rule("dark")).contains("state=disabled");
        assertThat(explained("*", false).toString()).doesNotContain("rule=begin,");
        assertThat(explained("*", true).toString())
                .contains("rule=begin, when=started, fires=once, state=fired, firings=1");
    }

    @Test
    void saysWhichEventAFilterRefusedLastAndOnWhichValues() {
        assertThat(rule("big")).doesNotContain("lastRefused");
        paid(2);
        assertThat(rule("big"))
                .contains("lastRefused={leaf={event=paid, if=${ event.data.n >")
                .contains("value=false, event=paid-2, at=", "values={event.data.n=2");
        paid(6);
        assertThat(rule("big")).as("one leaf took the event").contains("event=paid-2", "seen=1, of=2");
        paid(4);
        assertThat(rule("big")).contains("event=paid-4", "values={event.data.n=4");
        paid(8);
        assertThat(rule("big")).contains("state=fired").doesNotContain("lastRefused");
    }

    @Test
    void showsAnAddedRuleWithWhatItWasGiven() {
        Map<String, Object> rule = Map.of("id", "more", "when", Map.of("event", "paid"), "do", Map.of("skip", "pack"));
        interpreter.on(TalEvent.engine(
                "r", "/test", EventTypes.TASK_RULES, TASK, Map.of("add", rule, "given", Map.of("n", 1L), "by", "ann")));
        assertThat(rule("more")).contains("added={id=more, when={event=paid}", "given={n=1}");
    }

    @Test
    void ofATaskThatHasEndedIsItsErrorOnly() {
        interpreter.fail(split, "Disk.Full", "no room");
        assertThat(explained("*", true))
                .containsEntry("status", "FAILED")
                .containsEntry("rules", List.of())
                .hasEntrySatisfying(
                        "error", error -> assertThat(error).asString().contains("Disk.Full"));
    }

    private String waits(String rule) {
        assertThat(rule(rule)).contains("waits=");
        return rule(rule);
    }

    private String rule(String rule) {
        List<?> rules = (List<?>) explained(rule, false).get("rules");
        assertThat(rules).as(rule).hasSize(1);
        return rules.get(0).toString();
    }

    private Map<String, Object> explained(String rule, boolean all) {
        TalEvent query = TalEvent.engine(
                "q", "/test", EventTypes.TASK_QUERY, TASK, Map.of("query", "q", "explain", rule, "all", all));
        return interpreter.on(query).stream()
                .filter(Effect.Reply.class::isInstance)
                .map(reply -> ((Effect.Reply) reply).state())
                .findFirst()
                .orElseThrow();
    }

    private void paid(long n) {
        byte[] data = Json.bytes(Map.of("n", n));
        interpreter.on(new TalEvent(
                "paid-" + n, "/shop", "com.example.paid.v1", "", TalEvent.Kind.CONTROL, TASK, "", 0, Map.of(), data));
    }

    private static List<Effect.Dispatch> dispatches(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .map(Effect.Dispatch.class::cast)
                .toList();
    }
}
