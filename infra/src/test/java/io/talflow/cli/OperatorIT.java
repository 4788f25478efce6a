package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An operator, with a running stack")
@ExtendWith(SharedStack.class)
class OperatorIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: operated
            events:
              placed: {type: com.example.placed.v1}
              paid: {type: com.example.paid.v1, data: {type: object, properties: {amount: {type: integer}}}}
            functions:
              slow: {replay: {runtime: 600s}}
            rules:
              - {id: begin, when: started, do: {invoke: slow}}
              - {id: ship, when: {all: [{event: placed}, {event: paid}, {completed: slow}], within: 1h}, do: {complete: shipped}}
              - {id: huge, when: {event: paid, if: "${ event.data.amount > 1000 }"}, do: {set: {huge: true}}}
              - {id: rich, when: {event: paid}, fires: each, if: "${ event.data.amount > 100 }", do: {set: {rich: true}}}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void apply(Talflow talflow) throws IOException {
        talflow.apply(folder, WORKFLOW);
    }

    @Test
    void learnsWhatHasArrivedWhatIsMissingAndWhatAConditionSaw(Talflow talflow) {
        String task = talflow.start("operated", "explained", Map.of());
        send(talflow, task, "paid", "{\"amount\": 7}");
        awaiting("the payment has arrived")
                .until(() -> talflow.command("explain", task, "ship").out().contains("1 of 3 have happened"));
        String out = talflow.command("explain", task).out();
        assertThat(out.lines())
                .anyMatch(line ->
                        line.matches("operated/explained: RUNNING at revision \\d+; 1 running, .*; deadline .*"))
                .contains("rule ship: armed, fires once, fired 0 times")
                .anyMatch(line -> line.matches("  1 of 3 have happened; until .* \\(in 5\\d min\\)"))
                .contains("    waits for {event: placed}")
                .contains("      comes from outside: type com.example.placed.v1")
                .contains("    waits for {completed: slow}")
                .anyMatch(line -> line.matches("      slow running, attempt 1, wanted .* ago\\); firing operated/.*"))
                .contains("  if event.data.amount > 100")
                .anyMatch(line ->
                        line.matches("  .event: paid, if: .* refused event .* ago\\): event\\.data\\.amount = 7"))
                .anyMatch(line -> line.matches("  its condition was false .*: event\\.data\\.amount = 7"));
        assertThat(out).doesNotContain("rule begin");
        assertThat(talflow.command("explain", task, "--all").out())
                .contains("rule begin: fired, fires once, fired 1 times");
        Map<String, Object> json =
                talflow.command("explain", task, "rich", "--output", "json").json();
        assertThat(Output.rows(json, "rules"))
                .singleElement()
                .satisfies(rule -> assertThat((Map<?, ?>) rule.get("lastCondition"))
                        .asString()
                        .contains("value=false", "event.data.amount=7"));
        Launcher.Result unknown = talflow.command("explain", task, "nothing");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("no rule nothing", "talflow rules list");
        talflow.command("cancel", task, "--reason", "seen enough");
    }

    @Test
    void addsARuleThatFiresAndReplaysTheTask(Talflow talflow) throws IOException {
        String task = talflow.start("operated", "added", Map.of());
        awaiting("the task runs").until(() -> talflow.status(task), status -> "RUNNING".equals(status.get("status")));
        Path rule = Files.writeString(folder.resolve("rescue.yaml"), """
                id: rescue
                given: {why: by hand}
                when: {event: placed}
                do: {complete: "${ given.why }"}
                """);
        Launcher.Result added = talflow.command("rules", "add", task, rule.toString());
        assertThat(added.exitCode()).as(added.err()).isZero();
        assertThat(talflow.command("rules", "list", task).out().lines())
                .anyMatch(line -> line.matches("rescue +armed +once +0 +added +\\{event: placed}"))
                .anyMatch(line -> line.matches("ship +armed +once +0 +workflow +\\{all: .*"))
                .noneMatch(line -> line.startsWith("begin"));
        assertThat(talflow.command("rules", "disable", task, "rich").exitCode()).isZero();
        awaiting("the rule is disabled")
                .until(() ->
                        talflow.command("rules", "list", task, "--all").out().matches("(?s).*rich +disabled.*"));
        send(talflow, task, "placed", "{}");
        assertThat(talflow.ended(task)).containsEntry("output", "by hand");

        String user = System.getProperty("user.name");
        awaiting("every decision is recorded")
                .until(() -> talflow.command("events", task).out().contains("fired rescue; ended COMPLETED"));
        assertThat(talflow.command("events", task).out())
                .contains("{by: %s, add: rescue}".formatted(user), "{by: %s, disable: rich}".formatted(user));

        Path file = folder.resolve("history.jsonl");
        Launcher.Result replay = talflow.command("replay", task, "--save", file.toString());
        assertThat(replay.exitCode()).as(replay.out()).isZero();
        assertThat(replay.out()).contains("all as recorded; COMPLETED");
        assertThat(talflow.command("replay", file.toString()).out()).isEqualTo(replay.out());
        tampered(talflow, file);
    }

    private static void tampered(Talflow talflow, Path file) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains("\"rule\":\"rescue\",\"branch\":\"do\"");
        Files.writeString(
                file, text.replace("\"rule\":\"rescue\",\"branch\":\"do\"", "\"rule\":\"ship\",\"branch\":\"do\""));
        Launcher.Result differs = talflow.command("replay", file.toString());
        assertThat(differs.exitCode()).isEqualTo(1);
        assertThat(differs.out().lines())
                .anyMatch(line -> line.startsWith("operated/added: differs after "))
                .anyMatch(line -> line.matches("event \\d+: offset \\d+ of partition \\d+, at .*Z"))
                .anyMatch(line -> line.matches("  id .*, type com\\.example\\.placed\\.v1"))
                .contains("  fired[0].rule: recorded \"ship\", derived \"rescue\"");
        assertThat(talflow.command("replay", file.toString(), "--output", "json")
                        .json())
                .containsEntry("same", false)
                .containsKey("difference");
    }

    @Test
    void isToldWhatIsWrongWithARuleWhereItIsWrong(Talflow talflow) throws IOException {
        String task = talflow.start("operated", "refused", Map.of());
        awaiting("the task runs").until(() -> talflow.status(task), status -> "RUNNING".equals(status.get("status")));
        Path rule = Files.writeString(folder.resolve("bad.yaml"), """
                id: bad
                when: {event: paid, if: "${ event.data.amont > 1 }"}
                do: {invoke: fast}
                """);
        Launcher.Result refused = talflow.command("rules", "add", task, rule.toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("bad.yaml:2:", "amont", "bad.yaml:3:", "fast");
        assertThat(talflow.command("events", task).out()).doesNotContain("task.rules.v1");
        assertThat(talflow.command("rules", "add", "operated/nobody", rule.toString())
                        .err())
                .contains("no task operated/nobody");
        talflow.command("cancel", task);
    }

    @Test
    void sendsADeadLetterAgainOnceItsTaskIsThere(Talflow talflow) {
        String task = "operated/tardy";
        send(talflow, task, "placed", "{\"of\": \"tardy\"}");
        long offset = awaiting("the dead letter is there")
                .until(() -> letter(talflow, task), Optional::isPresent)
                .orElseThrow();
        String letter = String.valueOf(offset);
        assertThat(talflow.command("dead-letters", "list", "--limit", "1000")
                        .out()
                        .lines())
                .anyMatch(line -> line.matches(letter + " +.*task/unknown +tal\\.events +operated/tardy +.*"));
        assertThat(talflow.command("dead-letters", "show", letter).out())
                .contains("task/unknown", "has not been seen", "{\"of\": \"tardy\"}".replace(" ", ""));
        talflow.start("operated", "tardy", Map.of());
        awaiting("the task runs").until(() -> talflow.status(task), status -> "RUNNING".equals(status.get("status")));
        assertThat(talflow.command("dead-letters", "retry", letter, "--output", "json")
                        .json())
                .containsEntry("topic", "tal.events");
        awaiting("the event has arrived")
                .until(() -> talflow.command("explain", task, "ship").out().contains("1 of 3 have happened"));
        assertThat(talflow.command("dead-letters", "show", "999999").exitCode()).isEqualTo(2);
        talflow.command("cancel", task);
    }

    private static Optional<Long> letter(Talflow talflow, String task) {
        List<Map<String, Object>> letters = Output.rows(
                Json.parse(talflow.command("dead-letters", "list", "--limit", "1000", "--output", "json")
                        .out()),
                "deadLetters");
        return letters.stream()
                .filter(letter -> task.equals(letter.get("key")))
                .map(letter -> (Long) letter.get("offset"))
                .findFirst();
    }

    private static void send(Talflow talflow, String task, String event, String data) {
        Launcher.Result sent =
                talflow.command("send", task, "--type", "com.example." + event + ".v1", "--event-data", data);
        assertThat(sent.exitCode()).as(sent.err()).isZero();
    }

    private static ConditionFactory awaiting(String what) {
        return await(what).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
    }
}
