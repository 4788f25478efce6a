package io.talflow.tal.parse;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the parts every TAL document has, and the rules of one that is written as rules. */
public final class TalReader {
    private final Problems problems;

    public TalReader(Problems problems) {
        this.problems = problems;
    }

    /** The workflow; incomplete where problems were reported. */
    public Workflow read(Node.Mapping root) {
        Fields fields = new Fields(root, "the document", problems);
        fields.allow("tal", "workflow", "input", "events", "functions", "rules");
        return new Workflow(
                name(fields),
                input(fields),
                functions(fields),
                events(fields),
                rules(fields.items("rules"), fields),
                Optional.empty(),
                Workflow.DEFAULT_DEADLINE);
    }

    public String name(Fields fields) {
        Object version = fields.has("tal") ? fields.node("tal").value() : null;
        if (!Long.valueOf(1).equals(version)) {
            problems.error(
                    "tal/bad-version",
                    fields.has("tal") ? fields.node("tal").position() : fields.position(),
                    "tal: must be 1, is %s".formatted(version));
        }
        String name = fields.text("workflow");
        if (!name.isEmpty() && !Names.isWorkflowName(name)) {
            problems.error(
                    "tal/bad-name",
                    fields.node("workflow").position(),
                    "workflow: must be a DNS label (a-z, 0-9, -, up to 63), is '%s'".formatted(name));
        }
        return name;
    }

    public Map<String, Object> input(Fields fields) {
        return fields.fields("input").map(input -> input.mapping().value()).orElse(Map.of());
    }

    public Map<String, Function> functions(Fields fields) {
        Map<String, Function> functions = new LinkedHashMap<>();
        FunctionReader reader = new FunctionReader(problems);
        fields.fields("functions")
                .ifPresent(declared -> declared.mapping().fields().forEach((name, node) -> {
                    reader.read(name, node).ifPresent(function -> functions.put(name, function));
                }));
        return functions;
    }

    private Map<String, EventDeclaration> events(Fields fields) {
        Map<String, EventDeclaration> events = new LinkedHashMap<>();
        fields.fields("events")
                .ifPresent(declared -> declared.mapping().fields().forEach((name, node) -> {
                    checkIdentifier("event", name, declared.mapping().keyPosition(name));
                    Fields.of(node, "event " + name, problems).ifPresent(event -> {
                        event.allow("type", "topic", "data");
                        String type = event.text("type");
                        if (type.startsWith("io.talflow.")) {
                            problems.error(
                                    "tal/reserved-type",
                                    event.node("type").position(),
                                    "type: io.talflow. is reserved for the engine's own events");
                        }
                        events.put(
                                name,
                                new EventDeclaration(
                                        name,
                                        type,
                                        event.optionalText("topic"),
                                        event.fields("data")
                                                .map(data -> data.mapping().value())
                                                .orElse(Map.of()),
                                        Optional.empty(),
                                        Duration.ZERO,
                                        event.position()));
                    });
                }));
        return events;
    }

    private List<Rule> rules(List<Node> nodes, Fields root) {
        if (nodes.isEmpty()) {
            problems.error("tal/missing", root.position(), "the document: 'rules' (or 'dag') is missing or empty");
        }
        List<Rule> rules = new ArrayList<>();
        for (int index = 0; index < nodes.size(); index++) {
            String id = "rule-" + (index + 1);
            Fields.of(nodes.get(index), "a rule", problems)
                    .flatMap(fields -> rule(fields, id))
                    .ifPresent(rules::add);
        }
        return rules;
    }

    private Optional<Rule> rule(Fields fields, String defaultId) {
        fields.allow("id", "when", "if", "fires", "do", "else");
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
        Optional<Template.Expression> condition = fields.has("if")
                ? Optional.ofNullable(new TemplateReader(problems).expression(fields.node("if"), "if"))
                : Optional.empty();
        ActionReader reader = new ActionReader(problems);
        List<Action> actions = reader.read(fields.items("do"));
        List<Action> otherwise = reader.read(fields.items("else"));
        Rule.Fires fires = fires(fields);
        return when.map(
                expression -> Rule.of(
                        id, expression, condition, fires, Rule.Reactions.of(actions, otherwise), fields.position()));
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

    private void checkIdentifier(String what, String name, Position at) {
        if (!Names.isIdentifier(name)) {
            problems.error(
                    "tal/bad-name",
                    at,
                    "%s name '%s' must be a CEL identifier (letters, digits, _) and no word YAML or CEL keeps"
                            .formatted(what, name));
        }
    }
}
