package io.talflow.flink.route;

import io.talflow.tal.JsonSchema;
import io.talflow.tal.cel.CelEnvironment;
import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.CompiledTemplate;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.cel.Scope;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.Start;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The way from one declared event of one workflow to its tasks. Thread-confined. */
final class EventRoute {
    private final String workflow;
    private final EventDeclaration declared;
    private final JsonSchema schema;
    private final Optional<CompiledExpression> key;
    private final Optional<ByEvent> start;

    /** A start by this event, compiled. */
    private record ByEvent(
            Optional<String> subject,
            Optional<CompiledExpression> filter,
            CompiledExpression key,
            Optional<CompiledTemplate> with) {

        static ByEvent of(Start.OnEvent start, CelEnvironment environment) {
            return new ByEvent(
                    start.when().subject(),
                    start.when().filter().map(filter -> CompiledExpression.of(filter, environment)),
                    CompiledExpression.of(start.key(), environment),
                    start.with().map(with -> CompiledTemplate.of(with, environment)));
        }
    }

    private EventRoute(String workflow, EventDeclaration declared, Optional<Start.OnEvent> start) {
        CelEnvironment environment = CelEnvironment.ofEvent(declared.dataSchema());
        this.workflow = workflow;
        this.declared = declared;
        this.schema = JsonSchema.of(declared.dataSchema());
        this.key = declared.key().map(expression -> CompiledExpression.of(expression, environment));
        this.start = start.map(byEvent -> ByEvent.of(byEvent, environment));
    }

    /** The routes of a workflow, in the order of its declarations. */
    static List<EventRoute> of(Workflow workflow) {
        List<EventRoute> routes = new ArrayList<>();
        for (EventDeclaration event : workflow.events().values()) {
            Optional<Start.OnEvent> start = workflow.start()
                    .filter(Start.OnEvent.class::isInstance)
                    .map(Start.OnEvent.class::cast)
                    .filter(onEvent -> onEvent.when().name().equals(event.name()));
            routes.add(new EventRoute(workflow.name(), event, start));
        }
        return routes;
    }

    boolean isOf(String type) {
        return declared.type().equals(type);
    }

    boolean comesBy(String topic) {
        return declared.topic().orElse(Topics.IN).equals(topic);
    }

    /** How long an event waits for its task to start. */
    long keepMillis() {
        return declared.keep().toMillis();
    }

    /** What is wrong with an event's data. */
    Optional<String> fault(Object data) {
        return Optional.ofNullable(schema.check(data))
                .map(fault -> "data of event %s of workflow %s: %s".formatted(declared.name(), workflow, fault));
    }

    /**
     * What is to be appended for an event of this route, a list for each task: the start and the event, or the event.
     *
     * @param data the event's, read
     * @param timeMillis when its ingress topic got it
     * @throws Unroutable if the key is none, or an expression fails
     */
    List<List<TalEvent>> find(TalEvent event, Object data, long timeMillis) {
        Map<String, Object> view =
                TalEvent.view(event.id(), event.source(), event.type(), event.subject(), timeMillis, data);
        Scope scope = Scope.ofEvent(view);
        List<List<TalEvent>> found = new ArrayList<>();
        if (start.isPresent() && starts(start.get(), event, scope)) {
            String task = task(start.get().key(), scope);
            Object input = start.get().with().map(with -> input(with, scope)).orElse(data);
            TalEvent started = Ingress.start(event, workflow, task, input == null ? Map.of() : input);
            found.add(List.of(started, Ingress.forTask(event, task, 0)));
        }
        key.ifPresent(expression -> found.add(List.of(Ingress.forTask(event, task(expression, scope), keepMillis()))));
        return found;
    }

    private boolean starts(ByEvent byEvent, TalEvent event, Scope scope) {
        if (byEvent.subject()
                .filter(subject -> !subject.equals(event.subject()))
                .isPresent()) {
            return false;
        }
        try {
            return byEvent.filter().isEmpty() || byEvent.filter().get().test(scope);
        } catch (ExpressionFailed e) {
            throw new Unroutable("event/bad-start", "start of workflow %s, if: %s".formatted(workflow, e.getMessage()));
        }
    }

    private Object input(CompiledTemplate with, Scope scope) {
        try {
            return with.render(scope);
        } catch (ExpressionFailed e) {
            throw new Unroutable(
                    "event/bad-start", "start of workflow %s, with: %s".formatted(workflow, e.getMessage()));
        }
    }

    private String task(CompiledExpression expression, Scope scope) {
        Object value;
        try {
            value = expression.evaluate(scope);
        } catch (ExpressionFailed e) {
            throw new Unroutable("event/bad-key", "key of workflow %s: %s".formatted(workflow, e.getMessage()));
        }
        boolean scalar = value instanceof String || value instanceof Number || value instanceof Boolean;
        String task = TaskId.of(workflow, String.valueOf(value));
        if (!scalar || !TaskId.isValid(task)) {
            throw new Unroutable(
                    "event/bad-key",
                    "key of workflow %s: must be 1 to 120 of A-Z a-z 0-9 . _ : ~ -, is %s"
                            .formatted(workflow, shortened(String.valueOf(value))));
        }
        return task;
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
