package io.talflow.tal.parse;

import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Start;
import io.talflow.tal.model.Template;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads what comes from outside: {@code events}, and what {@code start}s a task. */
final class EventReader {
    private static final String KAFKA_TOPIC = "[A-Za-z0-9._-]{1,249}";
    /** Topics of the engine's own, which nobody else may feed a task from. */
    private static final String RESERVED_TOPICS = "tal.";

    private static final String INGRESS = "tal.in";

    private final Problems problems;
    private final TemplateReader templates;

    EventReader(Problems problems) {
        this.problems = problems;
        this.templates = new TemplateReader(problems);
    }

    Map<String, EventDeclaration> events(Fields document) {
        Map<String, EventDeclaration> events = new LinkedHashMap<>();
        document.fields("events")
                .ifPresent(declared -> declared.mapping().fields().forEach((name, node) -> {
                    if (!Names.isIdentifier(name)) {
                        problems.error(
                                "tal/bad-name",
                                declared.mapping().keyPosition(name),
                                "event name '%s' must be a CEL identifier (letters, digits, _) and no word YAML or CEL keeps"
                                        .formatted(name));
                    }
                    Fields.of(node, "event " + name, problems).ifPresent(event -> events.put(name, event(name, event)));
                }));
        return events;
    }

    private EventDeclaration event(String name, Fields event) {
        event.allow("type", "topic", "data", "key", "keep");
        return new EventDeclaration(
                name,
                ActionReader.eventType(event, problems),
                topic(event),
                event.fields("data").map(data -> data.mapping().value()).orElse(Map.of()),
                templates.expression(event, "key"),
                event.duration("keep").orElse(Duration.ZERO),
                event.position());
    }

    private Optional<String> topic(Fields event) {
        Optional<String> topic = event.optionalText("topic");
        if (topic.isEmpty()) {
            return topic;
        }
        String name = topic.get();
        if (!name.matches(KAFKA_TOPIC) || name.equals(".") || name.equals("..")) {
            problems.error(
                    "tal/bad-topic",
                    event.node("topic").position(),
                    "topic: must be a Kafka topic's name (letters, digits, '.', '_', '-', up to 249), is '%s'"
                            .formatted(Names.shortened(name)));
        } else if (name.startsWith(RESERVED_TOPICS) && !name.equals(INGRESS)) {
            problems.error(
                    "tal/reserved-topic",
                    event.node("topic").position(),
                    "topic: names that begin with 'tal.' are the engine's own; events come by tal.in or by a topic of"
                            + " yours, is '%s'".formatted(name));
        }
        return topic;
    }

    /** What {@code start} says; nothing if it is absent, or after reporting what is wrong with it. */
    Optional<Start> start(Fields document) {
        return document.fields("start")
                .flatMap(start -> start.head(java.util.List.of("when", "cron"))
                        .flatMap(head -> head.equals("cron") ? onSchedule(start) : onEvent(start)));
    }

    private Optional<Start> onEvent(Fields start) {
        start.allow("when", "key", "with");
        if (!start.has("key")) {
            problems.error(
                    "tal/missing",
                    start.position(),
                    "start: 'key' is missing; say which task an event starts: key: \"${ event.data.id }\"");
        }
        Optional<Template.Expression> key = templates.expression(start, "key");
        Optional<Template> with =
                start.has("with") ? Optional.of(templates.read(start.node("with"))) : Optional.empty();
        Optional<EventExpression> when = new ExpressionReader(problems).read(start.node("when"));
        if (when.isEmpty()) {
            return Optional.empty();
        }
        if (!(when.get() instanceof Leaf leaf && leaf.type() == LeafType.EVENT)) {
            problems.error(
                    "tal/bad-start",
                    start.node("when").position(),
                    "start: when: must be one declared event, {event: NAME}; what comes after it is for the rules");
            return Optional.empty();
        }
        return key.map(expression -> new Start.OnEvent((Leaf) when.get(), expression, with, start.position()));
    }

    private Optional<Start> onSchedule(Fields start) {
        start.allow("cron", "with");
        String schedule = start.text("cron");
        try {
            io.talflow.tal.Cron.parse(schedule);
        } catch (IllegalArgumentException e) {
            problems.error("tal/bad-cron", start.node("cron").position(), e.getMessage());
            return Optional.empty();
        }
        Template with = start.has("with") ? templates.read(start.node("with")) : new Template.Struct(Map.of());
        return Optional.of(new Start.OnSchedule(schedule, with, start.position()));
    }
}
