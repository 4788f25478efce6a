package io.talflow.tal.parse;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads rules: those of a document, and those that are added to a running task. */
public final class RulesReader {
    /** The id of an added rule that has none of its own. */
    public static final String ADDED = "added";

    private static final String[] KEYS = {
        "id", "when", "if", "fires", "maxConcurrency", "enabled", "do", "else", "onTimeout", "onFailed"
    };
    public static final int MOST_AT_A_TIME = 1_000_000;

    private final Problems problems;

    public RulesReader(Problems problems) {
        this.problems = problems;
    }

    /** @param root the document, for the message that it has no rules */
    List<Rule> read(List<Node> nodes, Fields root) {
        if (nodes.isEmpty()) {
            problems.error("tal/missing", root.position(), "the document: 'rules' (or 'dag') is missing or empty");
        }
        List<Rule> rules = new ArrayList<>();
        for (int index = 0; index < nodes.size(); index++) {
            String id = "rule-" + (index + 1);
            Fields.of(nodes.get(index), "a rule", problems)
                    .flatMap(fields -> {
                        fields.allow(KEYS);
                        return rule(fields, id);
                    })
                    .ifPresent(rules::add);
        }
        return rules;
    }

    /** A rule to add, with what it is given; nothing after reporting why it is none. */
    public Optional<Action.Add> added(Node node) {
        return Fields.of(node, "a rule", problems).flatMap(fields -> {
            Fields rule = fields.without("given");
            rule.allow(KEYS);
            Template given = fields.has("given")
                    ? new TemplateReader(problems).read(fields.node("given"))
                    : new Template.Struct(Map.of());
            return rule(rule, ADDED).map(read -> new Action.Add(read, given, fields.position()));
        });
    }

    private Optional<Rule> rule(Fields fields, String defaultId) {
        String id = fields.optionalText("id").orElse(defaultId);
        if (!id.matches("[^\\s/@]{1,120}")) {
            problems.error(
                    "tal/bad-name",
                    fields.node("id").position(),
                    "id: must have no blank, '/' or '@' and up to 120 characters, is '%s'".formatted(id));
        }
        if (!fields.has("when") || !fields.has("do")) {
            problems.error(
                    "tal/missing",
                    fields.position(),
                    "rule %s: '%s' is missing".formatted(id, fields.has("when") ? "do" : "when"));
            return Optional.empty();
        }
        Optional<EventExpression> when = new ExpressionReader(problems).read(fields.node("when"));
        Optional<Template.Expression> condition = new TemplateReader(problems).condition(fields);
        Rule.Reactions reactions = reactions(fields);
        Rule.Fires fires = fires(fields);
        int maxConcurrency = (int) fields.whole("maxConcurrency", 0, 1, MOST_AT_A_TIME);
        boolean enabled = fields.flag("enabled", true);
        when.ifPresent(expression -> reactable(fields, expression));
        return when.map(expression ->
                new Rule(id, expression, condition, fires, reactions, maxConcurrency, enabled, fields.position()));
    }

    private Rule.Reactions reactions(Fields fields) {
        ActionReader reader = new ActionReader(problems);
        return new Rule.Reactions(
                reader.read(fields.items("do")),
                reader.read(fields.items("else")),
                reader.read(fields.items("onTimeout")),
                reader.read(fields.items("onFailed")));
    }

    /** What can happen to the expression has its reaction, and nothing else has. */
    private void reactable(Fields fields, EventExpression when) {
        if (fields.has("else") && !fields.has("if")) {
            problems.error(
                    "tal/unreachable-action",
                    fields.mapping().keyPosition("else"),
                    "else: the rule has no 'if', so these are never reached");
        }
        boolean windowed = when.window().isPresent()
                || (fields.node("when") instanceof Node.Mapping written && written.get("within") != null);
        if (fields.has("onTimeout") && !windowed) {
            problems.error(
                    "tal/no-window",
                    fields.mapping().keyPosition("onTimeout"),
                    when instanceof EventExpression.Absent
                            ? "onTimeout: an absent happens when its time has passed; put these into 'do'"
                            : "onTimeout: what the rule waits for has no window, so these are never reached; give its"
                                    + " outermost all, seq, count, atLeast or gather a 'within'");
        }
        if (fields.has("onFailed") && !(when instanceof EventExpression.Gather)) {
            problems.error(
                    "tal/no-stream",
                    fields.mapping().keyPosition("onFailed"),
                    "onFailed: is for a stream that fails under a gather, and the rule waits for none; to wait for a"
                            + " function's failure write when: {failed: NAME}");
        }
    }

    private Rule.Fires fires(Fields fields) {
        String fires = fields.optionalText("fires").orElse("once");
        if (!fires.equals("once") && !fires.equals("each")) {
            problems.error(
                    "tal/bad-fires",
                    fields.node("fires").position(),
                    "fires: must be once or each, is '%s'".formatted(fires));
        }
        return fires.equals("each") ? Rule.Fires.EACH : Rule.Fires.ONCE;
    }
}
