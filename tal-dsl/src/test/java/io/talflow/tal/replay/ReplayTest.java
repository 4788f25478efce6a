package io.talflow.tal.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A replay")
class ReplayTest {
    private static final String TASK = "pay/1";
    private static final String WORKFLOW = """
            tal: 1
            workflow: pay
            events:
              paid: {type: com.example.paid.v1}
            rules:
              - {id: note, when: {event: paid}, fires: each, if: "${ event.data.n > 1 }", do: {set: {n: "${ event.data.n }"}}}
              - {id: end, when: {count: 3, of: {event: paid}}, do: {complete: "${ context }"}}
            """;

    private final List<Map<String, Object>> lines = new ArrayList<>();

    ReplayTest() {
        lines.add(new LinkedHashMap<>(Map.of(
                "talflow-history",
                1L,
                "task",
                TASK,
                "workflow",
                "pay",
                "version",
                "v",
                "file",
                "pay.yaml",
                "definition",
                WORKFLOW)));
        add(
                1,
                TalEvent.engine(
                        "start",
                        "/test",
                        EventTypes.TASK_STARTED,
                        TASK,
                        Map.of("workflow", "pay", "version", "v", "input", 1L)));
        add(2, paid("a", 1), """
                {"revision": 2, "fired": [{"rule": "note", "branch": "else", "condition": false}]}""");
        add(3, TalEvent.engine("q", "/test", EventTypes.TASK_QUERY, TASK, Map.of("query", "q")));
        add(4, paid("a", 1), """
                {"revision": 3, "ignored": "repeated event"}""");
        add(5, paid("b", 2), """
                {"revision": 4, "fired": [{"rule": "note", "branch": "do", "ordinal": 0}]}""");
        add(6, paid("c", 3), """
                {"revision": 5, "fired": [{"rule": "note", "branch": "do", "ordinal": 1}, {"rule": "end", "branch": "do", \
                "ordinal": 0}], "ended": "COMPLETED"}""");
        add(7, paid("d", 4), """
                {"revision": 6, "ignored": "task has ended"}""");
    }

    @Test
    void decidesAsItWasDecidedBeforeAndAfterTheEnd() throws IOException {
        Outcome outcome = replay();
        assertThat(outcome.difference()).isEmpty();
        assertThat(outcome.events()).isEqualTo(7);
        assertThat(outcome.decisions()).isEqualTo(5);
        assertThat(outcome.ahead()).isZero();
        assertThat(outcome.status()).containsEntry("status", "COMPLETED").containsEntry("output", Map.of("n", 3L));
    }

    @Test
    void countsADecisionThatWasRecordedTwiceOnce() throws IOException {
        List<Object> decisions = decisions(5);
        decisions.add(decisions.get(0));
        assertThat(replay().decisions()).isEqualTo(5);
    }

    @Test
    void namesTheFirstDecisionThatDiffersAndInWhat() throws IOException {
        decisions(5).set(0, Json.parse("""
                {"revision": 4, "fired": [{"rule": "end", "branch": "do", "ordinal": 0}]}"""));
        decisions(6).clear();
        Outcome outcome = replay();
        assertThat(outcome.events()).isEqualTo(4);
        assertThat(outcome.difference().orElseThrow().lines())
                .containsExactly(
                        "event 5: offset 5 of partition 0, at 2023-11-14T22:13:20.005Z",
                        "  id b, type com.example.paid.v1",
                        "  fired[0].rule: recorded \"end\", derived \"note\"");
    }

    @Test
    void showsADecisionThatWasNotMadeOrNotMadeAgain() throws IOException {
        decisions(5).clear();
        assertThat(replay().difference().orElseThrow().lines())
                .contains("  recorded no decision")
                .anyMatch(line -> line.startsWith("  derived  {\"revision\":4,\"fired\":[{\"rule\":\"note\""));
    }

    @Test
    void ofATaskThatRunsMayBeAheadOfTheRecord() throws IOException {
        decisions(6).clear();
        decisions(7).clear();
        Outcome outcome = replay();
        assertThat(outcome.isSame()).isTrue();
        assertThat(outcome.decisions()).isEqualTo(3);
        assertThat(outcome.ahead()).isEqualTo(2);
    }

    @Test
    void ofAnotherVersionDecidesNothingAndSaysSo() throws IOException {
        lines.get(0).put("version", "w");
        Outcome outcome = replay();
        assertThat(outcome.status()).containsEntry("status", "WAITING");
        assertThat(outcome.difference().orElseThrow().derived()).isEmpty();
    }

    @Test
    void ofATaskThatWasCancelledBeforeItsDefinitionCameDoesNotBeginItEither() throws IOException {
        lines.subList(2, lines.size()).clear();
        add(2, paid("a", 2));
        add(3, TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, TASK, Map.of()), """
                {"revision": 1, "noted": {"begun": false}, "ended": "CANCELLED"}""");
        add(4, paid("b", 2), """
                {"revision": 2, "ignored": "task has ended"}""");
        Outcome outcome = replay();
        assertThat(outcome.difference()).isEmpty();
        assertThat(outcome.decisions()).isEqualTo(2);
        assertThat(outcome.status()).containsEntry("status", "CANCELLED");
    }

    @Test
    void refusesWhatIsNoHistoryWithTheLine() {
        assertThatThrownBy(() -> read(""))
                .isInstanceOf(HistoryFile.Unreadable.class)
                .hasMessageContaining("x.jsonl: is empty");
        assertThatThrownBy(() -> read("{\"events\": []}")).hasMessageContaining("x.jsonl:1: not a history");
        lines.get(0).put("talflow-history", 2L);
        assertThatThrownBy(this::replay).hasMessage("x.jsonl:1: a history of format 2; this version reads format 1");
        lines.get(0).put("talflow-history", 1L);
        lines.get(3).put("offset", 9L);
        assertThatThrownBy(this::replay)
                .hasMessage("x.jsonl:5: offset 4 does not come after 9; events must be in the order of the log");
        lines.get(3).put("offset", -1L);
        assertThatThrownBy(this::replay).hasMessageContaining("x.jsonl:4: offset: must be a whole number of 0 or more");
        lines.get(3).put("offset", 3L);
        lines.get(3).put("event", Map.of("id", "x"));
        assertThatThrownBy(this::replay).hasMessageContaining("x.jsonl:4: event: required attribute specversion");
    }

    private Outcome replay() throws IOException {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(Json.text(line)).append('\n'));
        return Replay.of(read(text.toString()));
    }

    private static History read(String text) throws IOException {
        return HistoryFile.read("x.jsonl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @SuppressWarnings("unchecked")
    private List<Object> decisions(int event) {
        return (List<Object>) lines.get(event).get("decisions");
    }

    private void add(long offset, TalEvent event, String... decisions) {
        List<Object> all = new ArrayList<>();
        for (String decision : decisions) {
            all.add(Json.parse(decision));
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("partition", 0L);
        line.put("offset", offset);
        line.put("time", 1_700_000_000_000L + offset);
        line.put("event", Json.parse(CloudEventCodec.structuredBytes(event)));
        line.put("decisions", all);
        lines.add(line);
    }

    private static TalEvent paid(String id, long n) {
        return new TalEvent(
                id,
                "/shop",
                "com.example.paid.v1",
                "",
                TalEvent.Kind.CONTROL,
                TASK,
                "",
                0,
                Map.of(),
                Json.bytes(Map.of("n", n)));
    }
}
