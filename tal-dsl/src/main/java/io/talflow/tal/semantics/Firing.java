package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A match of a rule: its condition, evaluated once, and its actions, as one decision. */
final class Firing {
    /** Bound on a task's context, as JSON. */
    static final int MAX_CONTEXT_BYTES = 1 << 20;

    private final TaskState state;
    private final TaskHeader header;
    private final Program program;
    private final LogEvent logEvent;
    private final List<Effect> effects;
    private final Deque<Occurrence> pending;
    private boolean contextChanged;

    Firing(
            TaskState state,
            TaskHeader header,
            Program program,
            LogEvent logEvent,
            List<Effect> effects,
            Deque<Occurrence> pending) {
        this.state = state;
        this.header = header;
        this.program = program;
        this.logEvent = logEvent;
        this.effects = effects;
        this.pending = pending;
    }

    boolean contextChanged() {
        return contextChanged;
    }

    /** @return the decision, for the history */
    Map<String, Object> fire(CompiledRule rule, Occurrence last) {
        TaskScope scope = new TaskScope(state, header, rule, last);
        boolean holds = holds(rule, scope);
        List<Action> actions = holds ? rule.rule().reactions().actions() : rule.rule().reactions().otherwise();
        Map<String, Object> decision = new LinkedHashMap<>();
        decision.put("rule", rule.rule().id());
        if (!holds) {
            decision.put("condition", false);
        }
        if (!actions.isEmpty()) {
            int ordinal = state.firings(rule);
            state.countFiring(rule, ordinal + 1);
            decision.put("ordinal", (long) ordinal);
            new Run(rule, scope, last, ordinal).all(actions);
        }
        // A match without a firing is consumed too: the rule looks again from the start.
        if (rule.nodeCount() > 1) {
            for (int node = 0; node < rule.nodeCount(); node++) {
                state.clear(rule, node);
            }
        }
        return decision;
    }

    private static boolean holds(CompiledRule rule, TaskScope scope) {
        try {
            return rule.condition().isEmpty() || rule.condition().get().test(scope);
        } catch (ExpressionFailed e) {
            Position at = rule.rule().condition().orElseThrow().position();
            throw TaskFailure.ofRule("Task.ConditionFailed", rule, at, e.getMessage());
        }
    }

    /** Ends the task; what still runs is withdrawn. */
    void end(Status status, Object output, Map<String, Object> error) {
        if (header.open > 0) {
            withdrawAll();
        }
        header.status = status;
        header.endedAt = logEvent.timeMillis();
        pending.clear();
        if (status == Status.COMPLETED) {
            state.put("out", Json.bytes(output));
        }
        if (error != null) {
            state.put("err", Json.bytes(error));
        }
    }

    private void withdrawAll() {
        for (CompiledRule rule : program.rules()) {
            int firings = state.firings(rule);
            for (int ordinal = 0; ordinal < firings; ordinal++) {
                for (String call : Calls.of(rule, ordinal)) {
                    Invocation invocation = state.invocation(call);
                    if (invocation != null && invocation.phase() == Invocation.Phase.RUNNING) {
                        withdraw(invocation);
                    }
                }
            }
        }
    }

    private void withdraw(Invocation invocation) {
        Invocation cancelled = invocation.in(Invocation.Phase.CANCELLED);
        state.save(cancelled);
        header.open--;
        String id = header.firingPrefix() + cancelled.call();
        effects.add(new Effect.Withdraw(header.task, id, cancelled.attempt()));
        Map<String, Object> status = cancelled.status(header);
        status.put("endedAt", logEvent.timeMillis());
        effects.add(new Effect.Status(id, Effect.Status.INVOCATION, status));
    }

    /** The actions of one firing, in order; an action that ends the task is its last. */
    private final class Run implements Action.Visitor<Void> {
        private final CompiledRule rule;
        private final TaskScope scope;
        private final Occurrence last;
        private final int ordinal;
        private int calls;

        Run(CompiledRule rule, TaskScope scope, Occurrence last, int ordinal) {
            this.rule = rule;
            this.scope = scope;
            this.last = last;
            this.ordinal = ordinal;
        }

        void all(List<Action> actions) {
            for (Action action : actions) {
                if (header.status != Status.RUNNING) {
                    return;
                }
                action.accept(this);
            }
        }

        @Override
        public Void invoke(Action.Invoke invoke) {
            Object input = render(invoke);
            Invocation invocation = new Invocation(
                    Calls.id(rule, ordinal, calls++),
                    rule.rule().id(),
                    invoke.as(),
                    invoke.function(),
                    1,
                    Invocation.Phase.RUNNING,
                    logEvent.timeMillis(),
                    last.slice());
            state.save(invocation);
            header.open++;
            String id = header.firingPrefix() + invocation.call();
            effects.add(new Effect.Dispatch(
                    header.task,
                    header.workflow,
                    header.version,
                    id,
                    invocation.attempt(),
                    invoke.function(),
                    invoke.as(),
                    Json.bytes(input)));
            effects.add(new Effect.Status(id, Effect.Status.INVOCATION, invocation.status(header)));
            return null;
        }

        @Override
        @SuppressWarnings("unchecked")
        public Void set(Action.Set set) {
            Object patch = render(set);
            if (!(patch instanceof Map<?, ?>)) {
                throw TaskFailure.ofRule(
                        "Task.BadContext", rule, set.position(), "set: must be an object, is " + Json.text(patch));
            }
            state.patchContext((Map<String, Object>) patch);
            contextChanged = true;
            int bytes = state.contextBytes();
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
            header.skipped++;
            String call = Calls.id(rule, ordinal, calls++);
            String id = header.firingPrefix() + call;
            Map<String, Object> status = new LinkedHashMap<>();
            status.put("task", header.task);
            status.put("firing", id);
            status.put("rule", rule.rule().id());
            status.put("node", skip.node());
            status.put("status", "SKIPPED");
            status.put("wantedAt", logEvent.timeMillis());
            status.put("endedAt", logEvent.timeMillis());
            status.put("revision", header.revision);
            effects.add(new Effect.Status(id, Effect.Status.INVOCATION, status));
            pending.add(last.as(new LeafKey(LeafKey.Kind.SETTLED, skip.node(), ""), last.slice(), null));
            return null;
        }

        @Override
        public Void emit(Action.Emit emit) {
            throw new IllegalStateException("not yet");
        }

        @Override
        public Void start(Action.Start start) {
            throw new IllegalStateException("not yet");
        }

        @Override
        public Void cancel(Action.Cancel cancel) {
            throw new IllegalStateException("not yet");
        }

        @Override
        public Void enable(Action.Enable enable) {
            throw new IllegalStateException("not yet");
        }

        @Override
        public Void add(Action.Add add) {
            throw new IllegalStateException("not yet");
        }

        @Override
        public Void complete(Action.Complete complete) {
            end(Status.COMPLETED, render(complete), null);
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
            told.putIfAbsent(
                    "message", "rule %s fails the task".formatted(rule.rule().id()));
            told.put("rule", rule.rule().id());
            end(Status.FAILED, null, told);
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
}
