package io.talflow.tal.parse;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the actions of a rule: one, or a list. */
final class ActionReader {
    private static final List<String> HEADS =
            List.of("invoke", "set", "skip", "emit", "start", "cancel", "enable", "disable", "add", "complete", "fail");
    private static final Template NOTHING = new Template.Struct(Map.of());
    private final Problems problems;
    private final TemplateReader templates;

    ActionReader(Problems problems) {
        this.problems = problems;
        this.templates = new TemplateReader(problems);
    }

    List<Action> read(List<Node> nodes) {
        List<Action> actions = new ArrayList<>();
        nodes.forEach(node -> read(node).ifPresent(actions::add));
        return actions;
    }

    private Optional<Action> read(Node node) {
        return Fields.of(node, "an action", problems)
                .flatMap(fields -> fields.head(HEADS).flatMap(head -> action(head, fields)));
    }

    private Optional<Action> action(String head, Fields fields) {
        Position at = fields.position();
        switch (head) {
            case "invoke" -> {
                return Optional.of(invoke(fields));
            }
            case "start" -> {
                return Optional.of(start(fields));
            }
            case "emit" -> {
                return emit(fields);
            }
            case "fail" -> {
                return Optional.of(fail(fields));
            }
            case "add" -> {
                fields.allow("add");
                return new RulesReader(problems).added(fields.node("add")).map(Action.class::cast);
            }
            default -> {
                fields.allow(head);
                return Optional.of(
                        switch (head) {
                            case "set" -> new Action.Set(templates.read(fields.node("set")), at);
                            case "complete" -> new Action.Complete(templates.read(fields.node("complete")), at);
                            case "skip" -> new Action.Skip(fields.text("skip"), at);
                            case "cancel" -> new Action.Cancel(fields.text("cancel"), at);
                            default -> new Action.Enable(fields.text(head), head.equals("enable"), at);
                        });
            }
        }
    }

    private Action invoke(Fields fields) {
        fields.allow("invoke", "with", "as");
        String function = fields.text("invoke");
        return new Action.Invoke(
                function, fields.optionalText("as").orElse(function), optional(fields, "with"), fields.position());
    }

    private Action start(Fields fields) {
        fields.allow("start", "as", "with");
        String workflow = fields.text("start");
        if (!workflow.isEmpty() && !Names.isWorkflowName(workflow)) {
            problems.error(
                    "tal/bad-name",
                    fields.node("start").position(),
                    "start: must be a workflow's name (a-z, 0-9, -, up to 63), is '%s'".formatted(workflow));
        }
        String as = fields.optionalText("as").orElse(workflow.replace('-', '_'));
        return new Action.Start(workflow, as, optional(fields, "with"), fields.position());
    }

    private Optional<Action> emit(Fields fields) {
        fields.allow("emit");
        return fields.fields("emit").map(event -> {
            event.allow("type", "subject", "data");
            Optional<Template> subject =
                    event.has("subject") ? Optional.of(templates.read(event.node("subject"))) : Optional.empty();
            return new Action.Emit(eventType(event, problems), subject, optional(event, "data"), fields.position());
        });
    }

    private Action fail(Fields fields) {
        fields.allow("fail");
        Optional<Fields> told = fields.fields("fail");
        if (told.isEmpty()) {
            return new Action.Fail(NOTHING, false, fields.position());
        }
        Fields error = told.get();
        error.allow("error", "message", "compensate");
        Template template = templates.read(error.without("compensate").mapping());
        return new Action.Fail(template, error.flag("compensate", false), fields.position());
    }

    private Template optional(Fields fields, String key) {
        return fields.has(key) ? templates.read(fields.node(key)) : NOTHING;
    }

    /** The CloudEvents type of a user's event. */
    static String eventType(Fields fields, Problems problems) {
        String type = fields.text("type");
        if (type.startsWith(EventTypes.RESERVED_PREFIX)) {
            problems.error(
                    "tal/reserved-type",
                    fields.node("type").position(),
                    "type: %s is reserved for the engine's own events".formatted(EventTypes.RESERVED_PREFIX));
        } else if (fields.has("type") && !type.matches("[^\\s${}]{1,255}")) {
            problems.error(
                    "tal/bad-type",
                    fields.node("type").position(),
                    "type: must be 1 to 255 characters as they stand, without blanks and ${ }, is '%s'"
                            .formatted(Names.shortened(type)));
        }
        return type;
    }
}
