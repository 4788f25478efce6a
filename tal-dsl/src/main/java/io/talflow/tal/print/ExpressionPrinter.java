package io.talflow.tal.print;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.AtLeast;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Count;
import io.talflow.tal.model.EventExpression.Every;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.parse.Durations;
import java.time.Duration;
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
        boolean datum = leaf.type() == LeafType.READY || leaf.type() == LeafType.ITEM;
        Map<String, Object> fields = mapping(
                leaf.type().name().toLowerCase(Locale.ROOT),
                datum ? reference(leaf.name(), leaf.datum()) : leaf.name());
        leaf.subject().ifPresent(subject -> fields.put("subject", subject));
        leaf.filter().ifPresent(filter -> fields.put("if", TemplatePrinter.json(filter)));
        return named(fields, leaf.alias());
    }

    @Override
    public Object any(Any any) {
        return named(mapping("any", parts(any)), any.alias());
    }

    @Override
    public Object all(All all) {
        return named(within(mapping("all", parts(all)), all.window()), all.alias());
    }

    @Override
    public Object atLeast(AtLeast atLeast) {
        Map<String, Object> fields = mapping("atLeast", (long) atLeast.least());
        fields.put("of", parts(atLeast));
        return named(within(fields, atLeast.window()), atLeast.alias());
    }

    @Override
    public Object count(Count count) {
        Map<String, Object> fields = mapping("count", (long) count.count());
        fields.put("of", count.of().accept(this));
        return named(within(fields, count.window()), count.alias());
    }

    @Override
    public Object seq(Seq seq) {
        Map<String, Object> fields = mapping("seq", parts(seq));
        if (seq.strict()) {
            fields.put("strict", true);
        }
        return named(within(fields, seq.window()), seq.alias());
    }

    @Override
    public Object gather(Gather gather) {
        Map<String, Object> fields = mapping("gather", leaf(gather.member()));
        fields.put("over", reference(gather.producer(), gather.stream()));
        return named(within(fields, gather.window()), gather.alias());
    }

    @Override
    public Object absent(Absent absent) {
        Map<String, Object> fields = mapping("absent", absent.event().accept(this));
        fields.put("for", Durations.print(absent.duration()));
        if (!absent.opensWhenArmed()) {
            fields.put("after", absent.after().accept(this));
        }
        return named(fields, absent.alias());
    }

    @Override
    public Object every(Every every) {
        return named(mapping("every", Durations.print(every.period())), every.alias());
    }

    @Override
    public Object batch(Batch batch) {
        Map<String, Object> fields = mapping("batch", batch.of().accept(this));
        if (batch.size() != Batch.MOST || batch.maxWait().isEmpty()) {
            fields.put("size", (long) batch.size());
        }
        batch.maxWait().ifPresent(longest -> fields.put("maxWait", Durations.print(longest)));
        return named(fields, batch.alias());
    }

    private List<Object> parts(EventExpression expression) {
        return expression.children().stream().map(child -> child.accept(this)).toList();
    }

    private static Map<String, Object> mapping(String head, Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(head, value);
        return fields;
    }

    private static Map<String, Object> within(Map<String, Object> fields, Optional<Duration> window) {
        window.ifPresent(length -> fields.put("within", Durations.print(length)));
        return fields;
    }

    private static Map<String, Object> named(Map<String, Object> fields, Optional<String> alias) {
        alias.ifPresent(name -> fields.put("as", name));
        return fields;
    }

    /** The short form where it is not ambiguous. */
    private static Object reference(String node, String datum) {
        if (node.indexOf('.') < 0 && datum.indexOf('.') < 0) {
            return node + "." + datum;
        }
        Map<String, Object> fields = mapping("node", node);
        fields.put("datum", datum);
        return fields;
    }
}
