package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.event.References;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.semantics.Invocation.Phase;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The actions of one firing, in order; an action that ends the task is its last. */
final class Acting implements Action.Visitor<Void> {
    /** Bound on a task's context, as JSON. */
    static final int MAX_CONTEXT_BYTES = 1 << 20;

    private final TaskRun run;
    private final Nodes nodes;
    private final Invocations invocations;
    private final Ending ending;
    private final CompiledRule rule;
    private final TaskScope scope;
    private final Occurrence last;
    private final int ordinal;
    private int calls;
    private int emitted;

    Acting(
            TaskRun run,
            Nodes nodes,
            Invocations invocations,
            Ending ending,
            CompiledRule rule,
            TaskScope scope,
            Occurrence last,
            int ordinal) {
        this.run = run;
        this.nodes = nodes;
        this.invocations = invocations;
        this.ending = ending;
        this.rule = rule;
        this.scope = scope;
        this.last = last;
        this.ordinal = ordinal;
    }

    void all(List<Action> actions) {
        for (Action action : actions) {
            if (!run.isRunning()) {
                return;
            }
            action.accept(this);
        }
    }

    @Override
    public Void invoke(Action.Invoke invoke) {
        invocations.want(rule, nextCall(), invoke.as(), invoke.function(), last.slice(), render(invoke));
        return null;
    }

    @Override
    public Void start(Action.Start start) {
        String workflow = Invocation.SUB_TASK + start.workflow();
        invocations.want(rule, nextCall(), start.as(), workflow, last.slice(), render(start));
        return null;
    }

    private String nextCall() {
        return Calls.id(rule, ordinal, calls++);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Void set(Action.Set set) {
        Object patch = render(set);
        if (!(patch instanceof Map<?, ?>)) {
            throw TaskFailure.ofRule(
                    "Task.BadContext", rule, set.position(), "set: must be an object, is " + Json.text(patch));
        }
        run.state.patchContext((Map<String, Object>) patch);
        run.contextChanged = true;
        int bytes = run.state.contextBytes();
        if (bytes > MAX_CONTEXT_BYTES) {
            throw TaskFailure.ofRule(
                    "Task.ContextTooLarge",
                    rule,
                    set.position(),
                    "the context may have %d bytes, would have %d".formatted(MAX_CONTEXT_BYTES, bytes));
        }
        return null;
    }

    @Override
    public Void skip(Action.Skip skip) {
        run.header.skipped++;
        String id = run.header.firingPrefix() + nextCall();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", run.header.task);
        status.put("firing", id);
        status.put("rule", rule.id());
        status.put("node", skip.node());
        status.put("status", "SKIPPED");
        status.put("wantedAt", run.nowMillis());
        status.put("endedAt", run.nowMillis());
        status.put("revision", run.header.revision);
        run.effects.add(new Effect.Status(id, Effect.Status.INVOCATION, status));
        run.pending.add(last.as(new LeafKey(LeafKey.Kind.SETTLED, skip.node(), ""), last.slice(), null));
        return null;
    }

    @Override
    public Void emit(Action.Emit emit) {
        Map<?, ?> rendered = (Map<?, ?>) render(emit);
        Object subject = rendered.get("subject");
        TalEvent event = new TalEvent(
                "%s%s/%d/emit/%d".formatted(run.header.firingPrefix(), rule.id(), ordinal, emitted++),
                "/talflow/" + run.header.task,
                emit.type(),
                subject == null ? "" : subject instanceof String text ? text : Json.text(subject),
                TalEvent.Kind.CONTROL,
                run.header.task,
                "",
                0,
                Map.of(),
                Json.bytes(rendered.get("data")));
        Optional<EventDeclaration> declared = run.program.workflow().events().values().stream()
                .filter(candidate -> candidate.type().equals(emit.type()))
                .findFirst();
        Optional<String> topic = declared.flatMap(EventDeclaration::topic);
        if (References.mayBeIn(event.data())) {
            Unnamed.leaves(run.state, event.data());
        }
        run.effects.add(new Effect.Emit(topic, event));
        if (declared.isPresent() && topic.isEmpty()) {
            run.effects.add(new Effect.Append(event));
        }
        return null;
    }

    @Override
    public Void cancel(Action.Cancel cancel) {
        List<Invocation> open = new ArrayList<>();
        invocations.ofNode(cancel.node(), open::add);
        // Who waits for a place first, so that none is sent only to be withdrawn.
        open.sort((a, b) -> Boolean.compare(a.phase() == Phase.RUNNING, b.phase() == Phase.RUNNING));
        for (Invocation invocation : open) {
            invocations.withdraw(invocation);
            Object error = Map.of("error", "Cancelled", "message", "cancelled by rule " + rule.id());
            run.pending.add(
                    last.as(new LeafKey(LeafKey.Kind.SETTLED, invocation.node(), ""), invocation.slice(), error));
            Signals.of(run, invocation).fail(last).forEach(run.pending::add);
        }
        return null;
    }

    @Override
    public Void enable(Action.Enable enable) {
        RuleSwitch.set(run, nodes, enable.rule(), enable.enabled());
        return null;
    }

    @Override
    public Void add(Action.Add add) {
        RuleSwitch.add(run, nodes, add.rule(), render(add));
        return null;
    }

    @Override
    public Void complete(Action.Complete complete) {
        ending.end(Status.COMPLETED, render(complete), null);
        return null;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Void fail(Action.Fail fail) {
        Object error = render(fail);
        Map<String, Object> told = new LinkedHashMap<>();
        if (error instanceof Map<?, ?> fields) {
            told.putAll((Map<String, Object>) fields);
        }
        told.putIfAbsent("error", "Task.Failed");
        told.putIfAbsent("message", "rule %s fails the task".formatted(rule.id()));
        told.put("rule", rule.id());
        if (fail.compensate()) {
            ending.compensate(Status.FAILED, told);
        } else {
            ending.end(Status.FAILED, null, told);
        }
        return null;
    }

    private Object render(Action action) {
        try {
            return rule.template(action).render(scope);
        } catch (ExpressionFailed e) {
            throw TaskFailure.ofRule("Task.ExpressionFailed", rule, action.position(), e.getMessage());
        }
    }
}
