package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Retry;
import io.talflow.tal.semantics.Invocation.Phase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The calls of a task: sent at once or in their turn, tried again, withdrawn. */
final class Invocations {
    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;
    private final Places places;

    Invocations(TaskRun run) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
        this.places = new Places(run.state);
    }

    /** A new call of a rule. */
    void want(CompiledRule rule, String call, String node, String function, Occurrence.Slice slice, Object input) {
        boolean bounded = rule.rule().maxConcurrency() > 0;
        want(new Invocation(
                call,
                rule.id(),
                bounded ? rule.row() : "",
                node,
                function,
                1,
                Phase.RUNNING,
                new byte[0],
                run.nowMillis(),
                slice,
                0,
                Json.bytes(input)));
    }

    void want(Invocation invocation) {
        header.open++;
        if (hasPlace(invocation)) {
            send(invocation);
        } else {
            places.queue(invocation);
            tell(invocation.in(Phase.QUEUED));
        }
    }

    private boolean hasPlace(Invocation invocation) {
        return invocation.ruleRow().isEmpty()
                || places.take(
                        invocation.ruleRow(),
                        run.ruleByRow(invocation.ruleRow()).rule().maxConcurrency());
    }

    private void send(Invocation invocation) {
        Invocation running = invocation.in(Phase.RUNNING);
        tell(running);
        if (running.isSubTask()) {
            run.effects.add(new Effect.Append(startOf(running)));
        } else {
            run.effects.add(new Effect.Dispatch(
                    header.task,
                    header.workflow,
                    header.version,
                    header.firingPrefix() + running.call(),
                    running.attempt(),
                    running.function(),
                    running.node(),
                    running.input(),
                    header.nodes));
        }
    }

    /** Saves and tells the world. */
    private void tell(Invocation invocation) {
        state.save(invocation);
        run.effects.add(new Effect.Status(
                header.firingPrefix() + invocation.call(), Effect.Status.INVOCATION, invocation.status(header)));
    }

    // --- ends

    /** An attempt has failed. @return whether another is made */
    boolean isTriedAgain(Invocation invocation, Object error) {
        Function function = run.program.workflow().functions().get(invocation.function());
        List<Retry> retry = function == null ? List.of() : function.retry();
        Map<?, ?> told = error instanceof Map<?, ?> map ? map : Map.of();
        String name = String.valueOf(told.get("error"));
        boolean permanent = Boolean.FALSE.equals(told.get("retryable"));
        for (int entry = 0; entry < retry.size(); entry++) {
            if (retry.get(entry).names(name, permanent)) {
                int tries = invocation.triesOf(entry);
                if (tries >= retry.get(entry).maxAttempts()) {
                    return false;
                }
                String firing = header.firingPrefix() + invocation.call();
                long wait = Math.max(
                        Backoff.micros(retry.get(entry), tries, firing, invocation.attempt()),
                        Backoff.askedMicros(told.get("retryAfterMs")));
                tell(invocation.again(entry));
                run.timers.set("r/" + invocation.call(), run.nowMicros + wait, Timers.LAST);
                free(invocation);
                return true;
            }
        }
        return false;
    }

    /** Its node is lost: another attempt at once, in the same place, that no {@code retry} pays for. */
    void again(Invocation lost) {
        send(lost.afterLoss());
    }

    /** The delay of a retry is over. */
    void retry(String call) {
        Invocation invocation = state.invocation(call);
        if (hasPlace(invocation)) {
            send(invocation);
        } else {
            places.queueFirst(invocation);
            tell(invocation.in(Phase.QUEUED));
        }
    }

    /** The call has ended, one way or another. */
    void ended(Invocation invocation, Phase phase) {
        state.save(invocation.in(phase));
        header.open--;
        free(invocation);
    }

    private void free(Invocation invocation) {
        if (!invocation.ruleRow().isEmpty() && invocation.phase() == Phase.RUNNING) {
            String next = places.free(invocation.ruleRow());
            while (next != null) {
                Invocation queued = state.invocation(next);
                if (queued != null && queued.phase() == Phase.QUEUED) {
                    send(queued);
                    return;
                }
                next = places.free(invocation.ruleRow());
            }
        }
    }

    // --- withdrawal

    /** Withdraws an open call; it is cancelled. */
    void withdraw(Invocation invocation) {
        header.open--;
        if (invocation.phase() == Phase.BACKOFF) {
            run.timers.cancel("r/" + invocation.call());
        }
        Invocation cancelled = invocation.in(Phase.CANCELLED);
        state.save(cancelled);
        String firing = header.firingPrefix() + cancelled.call();
        if (invocation.phase() == Phase.RUNNING) {
            run.effects.add(
                    cancelled.isSubTask()
                            ? new Effect.Append(cancelOf(cancelled))
                            : new Effect.Withdraw(header.task, firing, cancelled.attempt()));
        }
        Map<String, Object> status = cancelled.status(header);
        status.put("endedAt", run.nowMillis());
        run.effects.add(new Effect.Status(firing, Effect.Status.INVOCATION, status));
        if (run.isRunning()) {
            free(invocation);
        }
    }

    void withdrawAll() {
        if (header.open > 0) {
            run.rules().rules().forEach(rule -> open(rule, this::withdraw));
            run.addedRules().rules().forEach(rule -> open(rule, this::withdraw));
        }
    }

    /** The open calls of a node. */
    void ofNode(String node, Consumer<Invocation> each) {
        run.rules().rules().forEach(rule -> ofNode(rule, node, each));
        run.addedRules().rules().forEach(rule -> ofNode(rule, node, each));
    }

    private void ofNode(CompiledRule rule, String node, Consumer<Invocation> each) {
        if (rule.calls().contains(node)) {
            open(rule, invocation -> {
                if (invocation.node().equals(node)) {
                    each.accept(invocation);
                }
            });
        }
    }

    private void open(CompiledRule rule, Consumer<Invocation> each) {
        if (rule.calls().isEmpty()) {
            return;
        }
        int firings = state.rule(rule).firings();
        for (int ordinal = 0; ordinal < firings; ordinal++) {
            for (String call : Calls.of(rule, ordinal)) {
                Invocation invocation = state.invocation(call);
                if (invocation != null && invocation.isOpen()) {
                    each.accept(invocation);
                }
            }
        }
    }

    // --- sub-tasks

    private String subTask(Invocation invocation) {
        String workflow = invocation.function().substring(Invocation.SUB_TASK.length());
        String parentKey = header.task.substring(header.workflow.length() + 1);
        String task = TaskId.of(workflow, parentKey + "." + invocation.call().replace('/', '.'));
        return TaskId.isValid(task)
                ? task
                : TaskId.of(workflow, Digest.of(header.task, invocation.call()).replace('_', '~'));
    }

    private TalEvent startOf(Invocation invocation) {
        String task = subTask(invocation);
        Map<String, Object> data = Map.of("workflow", TaskId.workflow(task), "input", Json.parse(invocation.input()));
        String firing = header.firingPrefix() + invocation.call();
        return new TalEvent(
                firing + "/start",
                "/talflow/" + header.task,
                EventTypes.TASK_STARTED,
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                header.nodes.isEmpty()
                        ? Map.of(EventTypes.PARENT, firing)
                        : Map.of(EventTypes.PARENT, firing, EventTypes.NODES, header.nodes),
                Json.bytes(data));
    }

    private TalEvent cancelOf(Invocation invocation) {
        return TalEvent.engine(
                header.firingPrefix() + invocation.call() + "/cancel",
                "/talflow/" + header.task,
                EventTypes.TASK_CANCEL,
                subTask(invocation),
                Map.of("reason", "its parent %s does not wait for it any more".formatted(header.task)));
    }

    /** Whether an action calls something, and by what node its events go. */
    static String node(Action action) {
        if (action instanceof Action.Invoke invoke) {
            return invoke.as();
        }
        return action instanceof Action.Start start ? start.as() : "";
    }
}
