package io.talflow.tal.parse;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a {@code when}: one head word, the rest modifiers. */
final class ExpressionReader {
    private static final List<String> HEADS =
            List.of("completed", "failed", "settled", "ready", "item", "event", "any", "all", "seq", "gather");
    private final Problems problems;
    private final TemplateReader templates;

    ExpressionReader(Problems problems) {
        this.problems = problems;
        this.templates = new TemplateReader(problems);
    }

    Optional<EventExpression> read(Node node) {
        if (node instanceof Node.Scalar scalar && "started".equals(scalar.value())) {
            return Optional.of(Leaf.of(LeafType.STARTED, "", "", node.position()));
        }
        if (!(node instanceof Node.Mapping mapping)) {
            problems.error(
                    "tal/not-an-event",
                    node.position(),
                    "an event must be 'started' or a mapping such as {completed: NAME}, is %s".formatted(node.kind()));
            return Optional.empty();
        }
        Fields fields = new Fields(mapping, "an event", problems);
        return fields.head(HEADS).flatMap(head -> switch (head) {
            case "any", "all", "seq" -> composite(head, fields);
            case "gather" -> gather(fields);
            default -> leaf(head, fields);
        });
    }

    private Optional<EventExpression> composite(String head, Fields fields) {
        fields.allow(head, "as");
        Optional<String> alias = alias(fields);
        if (!(fields.node(head) instanceof Node.Sequence sequence)) {
            problems.error(
                    "tal/not-a-list",
                    fields.node(head).position(),
                    "%s: must be a list of events, is %s"
                            .formatted(head, fields.node(head).kind()));
            return Optional.empty();
        }
        List<EventExpression> parts = new ArrayList<>();
        sequence.items().forEach(item -> read(item).ifPresent(parts::add));
        if (sequence.items().isEmpty()) {
            problems.error("tal/too-few-parts", sequence.position(), "%s: needs 1 or more events".formatted(head));
            return Optional.empty();
        }
        Position at = fields.position();
        return Optional.of(
                switch (head) {
                    case "any" -> new Any(parts, alias, at);
                    case "all" -> new All(parts, Optional.empty(), alias, at);
                    default -> new Seq(parts, false, Optional.empty(), alias, at);
                });
    }

    private Optional<EventExpression> gather(Fields fields) {
        fields.allow("gather", "over", "as");
        if (!fields.has("over")) {
            problems.error(
                    "tal/missing", fields.position(), "gather: 'over' is missing; name the stream: over: NODE.STREAM");
            return Optional.empty();
        }
        Optional<String[]> stream = reference("over", fields.node("over"));
        Optional<EventExpression> member = read(fields.node("gather"));
        if (member.isPresent()
                && !(member.get() instanceof Leaf leaf
                        && (leaf.type() == LeafType.COMPLETED || leaf.type() == LeafType.SETTLED))) {
            problems.error(
                    "tal/bad-gather",
                    fields.node("gather").position(),
                    "gather: what it gathers must be {completed: NAME} or {settled: NAME}");
            return Optional.empty();
        }
        if (stream.isEmpty() || member.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Gather((Leaf) member.get(), stream.get()[0], stream.get()[1], Optional.empty(), alias(fields), fields.position()));
    }

    private Optional<EventExpression> leaf(String head, Fields fields) {
        fields.allow(head, "if", "as");
        LeafType type = LeafType.valueOf(head.toUpperCase(Locale.ROOT));
        Optional<Template.Expression> filter = fields.has("if")
                ? Optional.ofNullable(templates.expression(fields.node("if"), "if"))
                : Optional.empty();
        if (type == LeafType.READY || type == LeafType.ITEM) {
            return reference(head, fields.node(head))
                    .map(of -> new Leaf(type, of[0], of[1], Optional.empty(), filter, alias(fields), fields.position()));
        }
        return Optional.of(new Leaf(type, fields.text(head), "", Optional.empty(), filter, alias(fields), fields.position()));
    }

    /** {@code NODE.DATUM}, or {@code {node: …, datum: …}} for names that hold a dot. */
    private Optional<String[]> reference(String head, Node node) {
        if (node instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, head, problems);
            fields.allow("node", "datum");
            return Optional.of(new String[] {fields.text("node"), fields.text("datum")});
        }
        String text = String.valueOf(node.value());
        int dot = text.indexOf('.');
        if (dot <= 0 || dot == text.length() - 1 || text.indexOf('.', dot + 1) >= 0) {
            problems.error(
                    "tal/bad-reference",
                    node.position(),
                    "%s: must be NODE.DATUM, or {node: …, datum: …} where a name holds a dot; is %s"
                            .formatted(head, node.kind()));
            return Optional.empty();
        }
        return Optional.of(new String[] {text.substring(0, dot), text.substring(dot + 1)});
    }

    private Optional<String> alias(Fields fields) {
        Optional<String> alias = fields.optionalText("as");
        if (alias.isPresent() && !Names.isIdentifier(alias.get())) {
            problems.error(
                    "tal/bad-name",
                    fields.node("as").position(),
                    "as: must be a CEL identifier, is '%s'".formatted(alias.get()));
            return Optional.empty();
        }
        return alias;
    }
}
