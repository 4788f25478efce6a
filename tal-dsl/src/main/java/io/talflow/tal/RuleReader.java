package io.talflow.tal;

import io.talflow.tal.check.Checks;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import io.talflow.tal.parse.RulesReader;
import io.talflow.tal.parse.YamlReader;
import io.talflow.tal.print.TalPrinter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a rule that is added to a running task, which is held to the checks of the rules of its workflow's file. */
public final class RuleReader {
    private static final String FILE = "rule.json";

    private RuleReader() {}

    /**
     * A rule, and what it is given.
     *
     * @param given a JSON value; an empty object where nothing is given
     * @param warnings problems that do not refuse it
     */
    public record Read(Rule rule, Object given, List<Problem> warnings) {}

    /**
     * A rule in a file, in YAML or JSON: what an {@code add} has, its {@code given} plain data.
     *
     * @param added rules the task was given before; their ids and nodes are known too
     * @throws InvalidTal with every problem it has
     */
    public static Read read(Workflow workflow, List<Rule> added, String file, byte[] bytes) {
        Problems problems = new Problems(file);
        Optional<Node> node = YamlReader.read(bytes, YamlReader.Limits.TAL, problems);
        Optional<Action.Add> read = node.flatMap(root -> added(root, problems));
        problems.throwIfErrors();
        Rule rule = read.orElseThrow().rule();
        Checks.added(workflow, added, rule, problems);
        problems.throwIfErrors();
        return new Read(rule, value(read.orElseThrow().given()), problems.all());
    }

    /** The same of a JSON value; positions are those of its text in one line. */
    public static Read read(Workflow workflow, List<Rule> added, Object json) {
        return read(workflow, added, FILE, Json.bytes(json));
    }

    /**
     * A rule as {@link TalPrinter#rule} printed it; not checked again.
     *
     * @throws InvalidTal if it is no rule
     */
    public static Rule printed(Object json) {
        Problems problems = new Problems(FILE);
        Optional<Rule> rule = YamlReader.read(Json.bytes(json), YamlReader.Limits.TAL, problems)
                .flatMap(node -> new RulesReader(problems).added(node))
                .map(Action.Add::rule);
        problems.throwIfErrors();
        return rule.orElseThrow();
    }

    private static Optional<Action.Add> added(Node root, Problems problems) {
        Optional<Action.Add> read = new RulesReader(problems).added(root);
        read.filter(add -> !isPlain(add.given()))
                .ifPresent(add -> problems.error(
                        "tal/not-static",
                        add.position(),
                        "given: a rule that is added from outside is given plain data; there is nothing a ${ } could be"
                                + " evaluated on"));
        return read;
    }

    private static Object value(Template plain) {
        if (plain instanceof Template.Array array) {
            List<Object> items = new ArrayList<>();
            array.items().forEach(item -> items.add(value(item)));
            return items;
        }
        if (plain instanceof Template.Struct struct) {
            Map<String, Object> fields = new LinkedHashMap<>();
            struct.fields().forEach((name, field) -> fields.put(name, value(field)));
            return fields;
        }
        return ((Template.Literal) plain).value();
    }

    private static boolean isPlain(Template template) {
        if (template instanceof Template.Array array) {
            return array.items().stream().allMatch(RuleReader::isPlain);
        }
        if (template instanceof Template.Struct struct) {
            return struct.fields().values().stream().allMatch(RuleReader::isPlain);
        }
        return template instanceof Template.Literal;
    }
}
