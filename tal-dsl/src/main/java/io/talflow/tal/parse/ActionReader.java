package io.talflow.tal.parse;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the actions of a rule: one, or a list. */
final class ActionReader {
    private static final List<String> HEADS = List.of("invoke", "set", "skip", "complete", "fail");
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
                fields.allow("invoke", "with", "as");
                String function = fields.text("invoke");
                Template with = fields.has("with")
                        ? templates.read(fields.node("with"))
                        : new Template.Struct(java.util.Map.of());
                return Optional.of(
                        new Action.Invoke(function, fields.optionalText("as").orElse(function), with, at));
            }
            case "set" -> {
                fields.allow("set");
                return Optional.of(new Action.Set(templates.read(fields.node("set")), at));
            }
            case "skip" -> {
                fields.allow("skip");
                return Optional.of(new Action.Skip(fields.text("skip"), at));
            }
            case "complete" -> {
                fields.allow("complete");
                return Optional.of(new Action.Complete(templates.read(fields.node("complete")), at));
            }
            default -> {
                fields.allow("fail");
                fields.fields("fail").ifPresent(error -> error.allow("error", "message"));
                return Optional.of(new Action.Fail(templates.read(fields.node("fail")), false, at));
            }
        }
    }
}
