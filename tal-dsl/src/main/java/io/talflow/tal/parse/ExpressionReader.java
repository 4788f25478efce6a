package io.talflow.tal.parse;

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
import io.talflow.tal.model.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a {@code when}: one head word, the rest modifiers. */
final class ExpressionReader {
    private static final List<String> LEAVES = List.of("completed", "failed", "settled", "ready", "item", "event");
    private static final List<String> HEADS = List.of(
            "completed",
            "failed",
            "settled",
            "ready",
            "item",
            "event",
            "any",
            "all",
            "atLeast",
            "count",
            "seq",
            "gather",
            "absent",
            "every",
            "batch");

    /** Why an expression has no window, by head word. */
    private static final Map<String, String> NO_WINDOW = Map.of(
            "any", "the first of its events ends it, so it has no window; put 'within' on the expression around it",
            "absent", "the time it waits is 'for', it has no 'within'",
            "every", "it happens each time its own time has passed, it has no 'within'",
            "batch", "the time it waits is 'maxWait', it has no 'within'");

    private static final int MOST_COUNTED = 1_000_000;

    private final Problems problems;
    private final LeafReader leaves;

    ExpressionReader(Problems problems) {
        this.problems = problems;
        this.leaves = new LeafReader(problems);
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
        return fields.head(HEADS).flatMap(head -> {
            Fields rest = refuseWindow(head, fields);
            return LEAVES.contains(head) ? leaves.read(head, rest) : composite(head, rest);
        });
    }

    private Optional<EventExpression> composite(String head, Fields fields) {
        return switch (head) {
            case "any" -> any(fields);
            case "all" -> all(fields);
            case "atLeast" -> atLeast(fields);
            case "count" -> count(fields);
            case "seq" -> seq(fields);
            case "gather" -> gather(fields);
            case "absent" -> absent(fields);
            case "every" -> every(fields);
            default -> batch(fields);
        };
    }

    /** @return the fields without a window on what cannot have one, which is told here */
    private Fields refuseWindow(String head, Fields fields) {
        String why = LEAVES.contains(head)
                ? "one event opens and ends it at once, so it has no window; put 'within' on the all, seq, count, atLeast"
                        + " or gather around it"
                : NO_WINDOW.get(head);
        if (why == null || !fields.has("within")) {
            return fields;
        }
        problems.error("tal/no-window", fields.mapping().keyPosition("within"), "%s: %s".formatted(head, why));
        return fields.without("within");
    }

    private Optional<EventExpression> any(Fields fields) {
        fields.allow("any", "as");
        Optional<String> alias = leaves.alias(fields);
        return parts(fields, "any").map(parts -> new Any(parts, alias, fields.position()));
    }

    private Optional<EventExpression> all(Fields fields) {
        fields.allow("all", "within", "as");
        Optional<String> alias = leaves.alias(fields);
        Optional<Duration> window = fields.duration("within");
        return parts(fields, "all").map(parts -> new All(parts, window, alias, fields.position()));
    }

    private Optional<EventExpression> atLeast(Fields fields) {
        fields.allow("atLeast", "of", "within", "as");
        Optional<String> alias = leaves.alias(fields);
        Optional<Duration> window = fields.duration("within");
        Optional<List<EventExpression>> parts = parts(fields, "of", "atLeast", "a list of events, of: [EVENT, EVENT]");
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        int least = (int) fields.whole("atLeast", 0, 1, fields.items("of").size());
        return least < 1 || least > parts.get().size()
                ? Optional.empty()
                : Optional.of(new AtLeast(least, parts.get(), window, alias, fields.position()));
    }

    private Optional<EventExpression> count(Fields fields) {
        fields.allow("count", "of", "within", "as");
        Optional<String> alias = leaves.alias(fields);
        Optional<Duration> window = fields.duration("within");
        int count = (int) fields.whole("count", 0, 1, MOST_COUNTED);
        return one(fields, "of", "count")
                .filter(of -> count > 0)
                .map(of -> new Count(count, of, window, alias, fields.position()));
    }

    private Optional<EventExpression> seq(Fields fields) {
        fields.allow("seq", "strict", "within", "as");
        Optional<String> alias = leaves.alias(fields);
        Optional<Duration> window = fields.duration("within");
        boolean strict = fields.flag("strict", false);
        Optional<List<EventExpression>> parts = parts(fields, "seq");
        parts.stream()
                .flatMap(List::stream)
                .filter(part -> strict && !part.isSingleEvent())
                .forEach(part -> problems.error(
                        "tal/not-single",
                        part.position(),
                        "strict: takes single events only, such as {completed: NAME} or {any: [..]} of them; leave"
                                + " 'strict' out to put this in a seq"));
        parts.filter(of -> of.size() > Seq.MOST_PARTS)
                .ifPresent(of -> problems.error(
                        "tal/too-many-parts",
                        fields.position(),
                        "seq: needs %d events or fewer, has %d; nest: a seq of seqs"
                                .formatted(Seq.MOST_PARTS, of.size())));
        return parts.map(of -> new Seq(of, strict, window, alias, fields.position()));
    }

    private Optional<EventExpression> gather(Fields fields) {
        fields.allow("gather", "over", "within", "as");
        Optional<Duration> window = fields.duration("within");
        if (!fields.has("over")) {
            problems.error(
                    "tal/missing", fields.position(), "gather: 'over' is missing; name the stream: over: NODE.STREAM");
            return Optional.empty();
        }
        Optional<LeafReader.Reference> stream = leaves.reference("over", fields.node("over"));
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
        Optional<String> alias = leaves.alias(fields);
        return stream.flatMap(of ->
                member.map(leaf -> new Gather((Leaf) leaf, of.node(), of.datum(), window, alias, fields.position())));
    }

    private Optional<EventExpression> absent(Fields fields) {
        fields.allow("absent", "for", "after", "as");
        Optional<String> alias = leaves.alias(fields);
        if (!fields.has("for")) {
            problems.error(
                    "tal/missing",
                    fields.position(),
                    "absent: 'for' is missing; say how long nothing must come: for: 5m");
        }
        Optional<Duration> duration = fields.duration("for");
        Optional<EventExpression> event = read(fields.node("absent"));
        Position at = fields.position();
        Optional<EventExpression> after =
                fields.has("after") ? read(fields.node("after")) : Optional.of(Leaf.of(LeafType.STARTED, "", "", at));
        if (event.isEmpty() || duration.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Absent(event.get(), duration.get(), after.get(), alias, at));
    }

    private Optional<EventExpression> every(Fields fields) {
        fields.allow("every", "as");
        Optional<String> alias = leaves.alias(fields);
        return fields.duration("every").map(period -> new Every(period, alias, fields.position()));
    }

    private Optional<EventExpression> batch(Fields fields) {
        fields.allow("batch", "size", "maxWait", "as");
        Optional<String> alias = leaves.alias(fields);
        if (!fields.has("size") && !fields.has("maxWait")) {
            problems.error(
                    "tal/missing",
                    fields.position(),
                    "batch: 'size' and 'maxWait' are missing; say when a batch is full: size: 100, maxWait: 5s, or one of"
                            + " them");
            return Optional.empty();
        }
        int size = (int) fields.whole("size", Batch.MOST, 1, Batch.MOST);
        Optional<Duration> maxWait = fields.duration("maxWait");
        return one(fields, "batch", "batch").map(of -> new Batch(of, size, maxWait, alias, fields.position()));
    }

    private Optional<List<EventExpression>> parts(Fields fields, String head) {
        return parts(fields, head, head, "a list of events");
    }

    /** @param form what messages call what must be there */
    private Optional<List<EventExpression>> parts(Fields fields, String key, String head, String form) {
        if (!(fields.node(key) instanceof Node.Sequence sequence)) {
            problems.error(
                    "tal/not-a-list",
                    fields.has(key) ? fields.node(key).position() : fields.position(),
                    "%s: must be %s, is %s"
                            .formatted(
                                    key,
                                    form,
                                    fields.has(key) ? fields.node(key).kind() : "missing"));
            return Optional.empty();
        }
        List<EventExpression> parts = new ArrayList<>();
        sequence.items().forEach(item -> read(item).ifPresent(parts::add));
        if (sequence.items().isEmpty()) {
            problems.error("tal/too-few-parts", sequence.position(), "%s: needs 1 or more events".formatted(head));
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(parts);
    }

    /** The one event that is counted. */
    private Optional<EventExpression> one(Fields fields, String key, String head) {
        if (!fields.has(key)) {
            problems.error(
                    "tal/missing",
                    fields.position(),
                    "%s: '%s' is missing; name the event: %s: {completed: NAME}".formatted(head, key, key));
            return Optional.empty();
        }
        if (fields.node(key) instanceof Node.Sequence list) {
            problems.error(
                    "tal/not-an-event",
                    list.position(),
                    "%s: takes one event; for each of several write {any: [..]}".formatted(key));
            return Optional.empty();
        }
        return read(fields.node(key));
    }
}
