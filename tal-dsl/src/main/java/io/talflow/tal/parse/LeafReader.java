package io.talflow.tal.parse;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Template;
import java.util.Locale;
import java.util.Optional;

/** Reads what an expression is about: one event, a datum, a name for it. */
final class LeafReader {
    private final Problems problems;
    private final TemplateReader templates;

    /** A datum of a node. */
    record Reference(String node, String datum) {}

    LeafReader(Problems problems) {
        this.problems = problems;
        this.templates = new TemplateReader(problems);
    }

    Optional<EventExpression> read(String head, Fields fields) {
        fields.allow(head, "subject", "if", "as");
        LeafType type = LeafType.valueOf(head.toUpperCase(Locale.ROOT));
        Optional<Template.Expression> filter = templates.condition(fields);
        Optional<String> subject = subject(fields);
        Optional<String> alias = alias(fields);
        Optional<Reference> of = type == LeafType.READY || type == LeafType.ITEM
                ? reference(head, fields.node(head))
                : Optional.of(new Reference(fields.text(head), ""));
        return of.map(name -> new Leaf(type, name.node(), name.datum(), subject, filter, alias, fields.position()));
    }

    private Optional<String> subject(Fields fields) {
        Optional<String> subject = fields.optionalText("subject");
        if (subject.isPresent() && subject.get().contains("${")) {
            problems.error(
                    "tal/not-static",
                    fields.node("subject").position(),
                    "subject: is compared as it stands; for an expression write if: \"${ event.subject == … }\"");
        }
        return subject;
    }

    /** {@code NODE.DATUM}, or {@code {node: …, datum: …}} for names that hold a dot. */
    Optional<Reference> reference(String head, Node node) {
        if (node instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, head, problems);
            fields.allow("node", "datum");
            return Optional.of(new Reference(fields.text("node"), fields.text("datum")));
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
        return Optional.of(new Reference(text.substring(0, dot), text.substring(dot + 1)));
    }

    Optional<String> alias(Fields fields) {
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
