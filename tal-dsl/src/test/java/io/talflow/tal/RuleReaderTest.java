package io.talflow.tal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A rule for a running task")
class RuleReaderTest {
    private static final Workflow WORKFLOW = Formats.load("w.yaml", """
            tal: 1
            workflow: w
            events:
              paid: {type: com.shop.paid, data: {type: object, properties: {amount: {type: number}}}}
            functions:
              split: {python: split.py, emits: {parts: stream}}
              body: {python: body.py}
            rules:
              - {id: begin, when: started, do: {invoke: split}}
              - {id: bodies, when: {item: split.parts}, fires: each, do: {invoke: body}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: 1}}
            """.getBytes(StandardCharsets.UTF_8));

    @Test
    void hasWhatItIsGivenAndAnIdOfItsOwn() {
        RuleReader.Read read = read("""
                id: late
                given: {since: [1, "a $${ b", null]}
                when: {event: paid, if: "${ event.data.amount > given.since[0] }"}
                do: {disable: bodies}
                """);
        assertThat(read.rule().id()).isEqualTo("late");
        assertThat(read.given()).isEqualTo(Json.parse("{\"since\": [1, \"a ${ b\", null]}"));
        assertThat(read.warnings()).isEmpty();
        RuleReader.Read bare = read("{when: {event: paid}, do: {set: {a: 1}}}");
        assertThat(bare.rule().id()).isEqualTo("added");
        assertThat(bare.given()).isEqualTo(Map.of());
    }

    @Test
    void knowsTheRulesThatWereAddedBefore() {
        String text = "{when: {completed: again}, do: [{disable: first}, {enable: first.1}]}";
        assertThatThrownBy(() -> read(text)).hasMessageContaining("no rule invokes again");
        Rule before = read("{id: first, when: {event: paid}, do: {invoke: body, as: again}}")
                .rule();
        assertThat(RuleReader.read(WORKFLOW, List.of(before), "r.yaml", text.getBytes(StandardCharsets.UTF_8))
                        .rule()
                        .id())
                .isEqualTo("added");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '~',
            value = {
                "[] ~ r.yaml:1:1: a rule must be a mapping, is a list",
                "{when: {event: payd}, do: {complete: 1}} ~ r.yaml:1:8: no event payd; did you mean paid?",
                "{when: {event: paid}, do: {invoke: bdy}} ~ no function bdy; did you mean body?",
                "{when: {event: paid}, do: {set: {a: '${ event.data.amont }'}}} ~ did you mean amount?",
                "{when: {event: paid, as: given}, do: {complete: 1}} ~ given already names something here",
                "{when: {all: [started, {event: paid}]}, do: {complete: 1}} ~ rule added never fires: 'started' is the first",
                "{when: {event: paid}, do: [{complete: 1}, {set: {a: 1}}]} ~ this ends the task",
                "{when: {gather: {completed: split}, over: split.parts}, do: {complete: 1}} ~ this join never has them all",
                "{given: {at: '${ event.time }'}, when: {event: paid}, do: {complete: 1}} ~ given plain data",
                "{id: 'a b', when: {event: paid}, do: {complete: 1}} ~ id: must have no blank",
                "{when: {event: paid}, given: 1, do: {complete: 1}, rules: []} ~ key 'rules' is not known here",
                "{when: {event: paid} ~ r.yaml:1:21"
            })
    void isHeldToTheChecksOfTheFile(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(InvalidTal.class).hasMessageContaining(message);
    }

    @Test
    void tellsWarningsOfItsOwnAndNotOfTheFile() {
        assertThat(read("{when: {every: 5s}, do: {set: {a: 1}}}").warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.code()).isEqualTo("tal/fires-once"));
    }

    @Test
    void printedReadsBackUnchecked() throws Exception {
        Path every = Path.of("src/test/resources/golden/tal/good/every-word.yaml");
        Workflow workflow = Formats.load("every-word.yaml", Files.readAllBytes(every));
        int nested = 0;
        for (Rule rule : workflow.rules()) {
            same(RuleReader.printed(Json.parse(Json.bytes(TalPrinter.rule(rule)))), rule);
            for (Action action : rule.reactions().all()) {
                if (action instanceof Action.Add add) {
                    same(RuleReader.printed(TalPrinter.rule(add.rule())), add.rule());
                    nested++;
                }
            }
        }
        assertThat(nested).isPositive();
    }

    private static void same(Rule actual, Rule expected) {
        assertThat(actual)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Position.class)
                .isEqualTo(expected);
    }

    private static RuleReader.Read read(String text) {
        return RuleReader.read(WORKFLOW, List.of(), "r.yaml", text.getBytes(StandardCharsets.UTF_8));
    }
}
