package io.talflow.tal.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A compiled expression")
class CompiledExpressionTest {
    private static final Workflow WORKFLOW = Formats.load("w.yaml", """
            tal: 1
            workflow: w
            input:
              type: object
              properties:
                n: {type: integer}
                name: {type: string}
                ratio: {type: number}
                tags: {type: array, items: {type: string}}
                deep: {type: object, properties: {flag: {type: boolean}}}
            functions:
              f: {python: f.py}
            rules:
              - {when: started, do: {invoke: f}}
              - {when: {completed: f, as: first}, do: {complete: null}}
            """.getBytes(StandardCharsets.UTF_8));

    private static final Map<String, Object> VARIABLES = Json.parseObject("""
            {"input": {"n": 3, "name": "ann", "ratio": 0.5, "tags": ["a", "b"], "deep": {"flag": true}},
             "event": {"id": "e", "type": "t", "source": "s", "subject": "", "time": "",
                       "data": {"none": null, "list": [1, null, 2.5], "text": "x", "big": 9007199254740993, "obj": {"k": "v"}}},
             "context": {"a": 1}, "results": {"f": {"ok": true}, "A.B": 2}, "values": [1, 2, 3], "events": [],
             "task": {"id": "w/1", "workflow": "w"}, "first": {"data": {"y": 1}}}
            """.getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "input.n + 1 | 4",
                "input.n < 3.5 && input.ratio < 1 && dyn(input.n) == 3.0 | true",
                "input.name + '!' | \"ann!\"",
                "input.deep.flag ? 'y' : 'n' | \"y\"",
                "size(input.tags) | 2",
                "input.tags.join('-') | \"a-b\"",
                "has(input.name) | true",
                "has(input.deep) && !has(event.data.nothing) | true",
                "event.data.none == null | true",
                "event.data.none | null",
                "event.data.text == null | false",
                "event.data.list | [1,null,2.5]",
                "event.data.list[1] == null | true",
                "event.data.list.filter(x, x != null) | [1,2.5]",
                "event.data.big | 9007199254740993",
                "event.data | {\"none\":null,\"list\":[1,null,2.5],\"text\":\"x\",\"big\":9007199254740993,\"obj\":{\"k\":\"v\"}}",
                "{'a': event.data.none, 'b': [input.n]} | {\"a\":null,\"b\":[3]}",
                "'A.B' in results && results['A.B'] == 2 | true",
                "!('gone' in results) | true",
                "results.f.ok | true",
                "values.map(v, v * 2) | [2,4,6]",
                "math.greatest(values) | 3",
                "task.id | \"w/1\"",
                "first.data.y | 1",
                "7 / 2 | 3",
                "2u | 2",
                "type(1) == int | true",
                "event.data.text.matches('^x$') | true",
                "duration('90s') | \"90s\"",
                "timestamp('2026-01-01T00:00:00Z') | \"2026-01-01T00:00:00Z\"",
                "b'abc' | \"YWJj\"",
                "size([null, null]) | 2",
                "null | null"
            })
    void isAPlainJsonValue(String cel, String json) {
        assertThat(Json.text(compile(cel).evaluate(VARIABLES::get))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "input.nme",
                "input.deep.flg",
                "input.name + 1",
                "input.n == 'x'",
                "unknown",
                "event.dat",
                "input.tags.exists(t, t > 1)",
                "1 +",
                "",
                "f(1)"
            })
    void doesNotCompileWithAMistake(String cel) {
        assertThatThrownBy(() -> compile(cel)).isInstanceOf(InvalidCel.class);
    }

    @Test
    void namesTheKnownFieldsOfADeclaredObject() {
        assertThatThrownBy(() -> compile("input.xyz"))
                .hasMessage("no field xyz is declared; known: deep, n, name, ratio, tags");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "event.data.gone | gone",
                "event.data.text.length | length",
                "1 / (input.n - 3) | zero",
                "values[7] | 7",
                "event.data.text + 1 | overload",
                "event.data.none.x | x",
                "int('x') | x",
                "results.gone | gone",
                "9223372036854775807 + input.n | overflow"
            })
    void saysWhyItHasNoValue(String cel, String told) {
        assertThatThrownBy(() -> compile(cel).evaluate(VARIABLES::get))
                .isInstanceOf(ExpressionFailed.class)
                .hasMessageContaining(cel)
                .hasMessageContaining(told)
                .hasMessageNotContaining("java.");
    }

    @Test
    void asConditionMustBeTrueOrFalse() {
        assertThat(compile("input.n > 1").test(VARIABLES::get)).isTrue();
        assertThatThrownBy(() -> compile("event.data.text").test(VARIABLES::get))
                .isInstanceOf(ExpressionFailed.class)
                .hasMessage("${ event.data.text }: must be true or false, is x");
        assertThat(compile("input.n").canBeCondition()).isFalse();
    }

    @Test
    void asksOnlyForTheVariablesItMentions() {
        List<String> asked = new ArrayList<>();
        compile("input.n > 1 || context.a == 1 || results.f.ok").evaluate(name -> {
            asked.add(name);
            return VARIABLES.get(name);
        });
        assertThat(asked).containsOnly("input");
    }

    @Test
    void mentionsWhatItCanLookAt() {
        assertThat(compile("results.f.ok && 'A.B' in results && results['g'] == input.n")
                        .mentions())
                .isEqualTo(new Mentions(Set.of("results", "input"), Set.of("f", "A.B", "g")));
        assertThat(compile("size(results)").mentions().results()).containsExactly("*");
        assertThat(compile("results[input.name]").mentions().results()).containsExactly("*");
        assertThat(compile("values.map(results, results)").mentions().roots()).contains("values");
    }

    @Test
    void stopsAfterTheIterationsItMayTake() {
        Map<String, Object> many = new HashMap<>(VARIABLES);
        List<Object> values = new ArrayList<>();
        for (long value = 0; value < 300; value++) {
            values.add(value);
        }
        many.put("values", values);
        CompiledExpression cubic = compile("values.all(x, values.all(y, values.all(z, x + y + z >= 0)))");
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> cubic.evaluate(many::get))
                        .isInstanceOf(ExpressionFailed.class)
                        .hasMessageContaining("Iteration budget exceeded"));
    }

    @Test
    void hasBoundsOnLengthNestingAndRegularExpressions() {
        assertThatThrownBy(() -> compile("1 + ".repeat(10_000) + "1")).isInstanceOf(InvalidCel.class);
        assertThatThrownBy(() -> compile("(".repeat(500) + "1" + ")".repeat(500)))
                .isInstanceOf(InvalidCel.class);
        assertThatThrownBy(() -> compile("[".repeat(2000) + "]".repeat(2000))).isInstanceOf(InvalidCel.class);
        assertThatThrownBy(() -> compile("event.data.text.matches('((x{1,100}){1,100}){1,100}')")
                        .evaluate(VARIABLES::get))
                .isInstanceOfAny(ExpressionFailed.class, InvalidCel.class);
    }

    @Test
    void textsShowValuesAsJson() {
        Template text = new Template.Text(List.of(
                new Template.Literal("n="),
                new Template.Expression("input.n", Position.NONE),
                new Template.Literal(" "),
                new Template.Expression("input.tags", Position.NONE),
                new Template.Expression("event.data.none", Position.NONE)));
        assertThat(CompiledTemplate.of(text, environment()).render(VARIABLES::get))
                .isEqualTo("n=3 [\"a\",\"b\"]null");
    }

    private static CompiledExpression compile(String cel) {
        return CompiledExpression.of(new Template.Expression(cel, Position.NONE), environment());
    }

    private static CelEnvironment environment() {
        Rule rule = WORKFLOW.rules().get(1);
        return CelEnvironment.of(WORKFLOW, rule);
    }
}
