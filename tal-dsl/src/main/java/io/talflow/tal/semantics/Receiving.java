package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.Map;

/** What a log event is to a running task: the occurrences it makes, or why it makes none. */
final class Receiving {
    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;
    private final Nodes nodes;
    private final Ending ending;
    private final InvocationEvents invocations;
    private final Verdict verdict;

    Receiving(TaskRun run, Nodes nodes, Ending ending, InvocationEvents invocations, Verdict verdict) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
        this.nodes = nodes;
        this.ending = ending;
        this.invocations = invocations;
        this.verdict = verdict;
    }

    void receive(TalEvent event) {
        switch (event.type()) {
            case EventTypes.TASK_STARTED -> started();
            case EventTypes.TASK_PINNED -> verdict.ignore("already pinned");
            case EventTypes.TASK_PLACED -> placed(event);
            case EventTypes.TASK_TIMER -> {}
            case EventTypes.TASK_CANCEL -> cancel();
            case EventTypes.TASK_RULES -> rules(event);
            case EventTypes.INVOCATION_COMPLETED, EventTypes.INVOCATION_FAILED -> invocations.outcome(event);
            case EventTypes.INVOCATION_LOST -> invocations.lost(event);
            case EventTypes.DATA_READY, EventTypes.DATA_ITEM, EventTypes.DATA_CLOSED -> invocations.signal(event);
            default -> foreign(event);
        }
    }

    private void started() {
        if (run.logEvent.offset() != header.startOffset || run.logEvent.partition() != header.partition) {
            verdict.ignore("task has started");
            return;
        }
        header.deadlineMicros =
                run.nowMicros + ShapeOf.micros(run.program.workflow().deadline());
        Object input = state.json("in");
        String wrong = run.program.checkInput(input);
        if (wrong != null) {
            throw TaskFailure.of("Task.InvalidInput", wrong);
        }
        RuleSwitch.armAll(run, nodes);
        run.pending.add(run.occurrence(LeafKey.STARTED, null, input));
    }

    /** What is called from now on goes to one of these nodes. */
    private void placed(TalEvent event) {
        String named = event.extensions().getOrDefault(EventTypes.NODES, "");
        if (named.isEmpty() || named.equals(header.nodes)) {
            verdict.ignore("its functions run there already");
            return;
        }
        header.nodes = named;
        verdict.note(Map.of("nodes", named));
    }

    private void cancel() {
        boolean compensate = run.data instanceof Map<?, ?> data && Boolean.TRUE.equals(data.get("compensate"));
        if (header.status == Status.COMPENSATING) {
            verdict.ignore("the task is being compensated");
        } else if (compensate) {
            ending.compensate(Status.CANCELLED, null);
        } else {
            ending.end(Status.CANCELLED, null, null);
        }
    }

    private void rules(TalEvent event) {
        if (!run.isRunning()) {
            verdict.ignore("the task is being compensated");
            return;
        }
        RuleCommand.Result result = RuleCommand.apply(run, nodes, event);
        verdict.note(result.noted());
        if (result.refused() != null) {
            verdict.ignore(result.refused());
        }
    }

    private void foreign(TalEvent event) {
        if (event.type().startsWith(EventTypes.RESERVED_PREFIX)) {
            verdict.refuse(
                    event,
                    "event/unknown-type",
                    "type %s is reserved and not one of this version".formatted(event.type()));
            return;
        }
        if (run.isRunning()) {
            EventRate.count(run, event);
        }
        if (!ForeignEvents.remember(state, header, event.source(), event.id())) {
            verdict.ignore("repeated event");
            return;
        }
        LeafKey key = new LeafKey(LeafKey.Kind.EVENT, event.type(), "");
        if (run.rules().concerned(key).isEmpty()
                && run.addedRules().concerned(key).isEmpty()) {
            // It did happen in this task, and so lies between what a strict sequence waits for.
            header.events += run.program.declares(event.type()) ? 1 : 0;
            verdict.ignore("no rule waits for type " + event.type());
        } else if (!run.isRunning()) {
            verdict.ignore("the task is being compensated");
        } else {
            run.pending.add(run.occurrence(key, null, run.data));
        }
    }
}
