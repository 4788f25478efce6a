package io.talflow.tal.print;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.EventExpression.Seq;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a rule waits for as its TAL text or mapping. */
final class ExpressionPrinter implements EventExpression.Visitor<Object> {
    @Override
    public Object leaf(Leaf leaf) {
        if (leaf.type() == LeafType.STARTED) {
            return "started";
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        boolean datum = leaf.type() == LeafType.READY || leaf.type() == LeafType.ITEM;
        fields.put(
                leaf.type().name().toLowerCase(Locale.ROOT),
                datum ? reference(leaf.name(), leaf.datum()) : leaf.name());
        leaf.filter().ifPresent(filter -> fields.put("if", TemplatePrinter.json(filter)));
        return named(fields, leaf.alias());
    }

    @Override
    public Object any(Any any) {
        return composite("any", any);
    }

    @Override
    public Object all(All all) {
        return composite("all", all);
    }

    @Override
    public Object seq(Seq seq) {
        return composite("seq", seq);
    }

    @Override
    public Object gather(Gather gather) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("gather", leaf(gather.member()));
        fields.put("over", reference(gather.producer(), gather.stream()));
        return named(fields, gather.alias());
    }

    private Object composite(String head, EventExpression expression) {
        List<Object> parts =
                expression.children().stream().map(child -> child.accept(this)).toList();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(head, parts);
        return named(fields, expression.alias());
    }

    private static Object named(Map<String, Object> fields, Optional<String> alias) {
        alias.ifPresent(name -> fields.put("as", name));
        return fields;
    }

    /** The short form where it is not ambiguous. */
    private static Object reference(String node, String datum) {
        if (node.indexOf('.') < 0 && datum.indexOf('.') < 0) {
            return node + "." + datum;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("node", node);
        fields.put("datum", datum);
        return fields;
    }
}
