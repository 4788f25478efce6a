package io.talflow.flink.schedule;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionsReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LastStart;
import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.event.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Starts the tasks of scheduled workflows; one subtask for all. Its state is the time of the last start of each: what was
 * missed since then, or since the schedule became current, is made good by the last of those times. A start that is said
 * twice is one, since its time is the task's key.
 */
public final class ScheduleOperator extends AbstractStreamOperator<Outgoing>
        implements OneInputStreamOperator<DefinitionRecord, Outgoing> {
    /** Never changes: savepoints are bound to it. */
    public static final String UID = "schedule-v1";

    private static final long serialVersionUID = 1L;

    private final DefinitionsReader definitions;

    private transient CurrentWorkflows workflows;
    private transient Map<String, Scheduled> scheduled;
    private transient Map<String, Long> started;
    private transient ListState<LastStart> startedState;

    /** A workflow with a schedule, and the timer of its next start. */
    private record Scheduled(CurrentWorkflows.Current current, Schedule schedule, ScheduledFuture<?> timer) {}

    /** @param definitions read when it opens */
    public ScheduleOperator(DefinitionsReader definitions) {
        this.definitions = definitions;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        startedState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("started", TypeInformation.of(LastStart.class)));
    }

    @Override
    public void open() throws Exception {
        super.open();
        started = new HashMap<>();
        for (LastStart last : startedState.get()) {
            started.put(last.workflow(), last.atMillis());
        }
        scheduled = new HashMap<>();
        workflows = new CurrentWorkflows();
        definitions.read().forEach(workflows::add);
        follow();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<LastStart> all = new ArrayList<>();
        started.forEach((workflow, atMillis) -> all.add(new LastStart(workflow, atMillis)));
        startedState.update(all);
    }

    @Override
    public void processElement(StreamRecord<DefinitionRecord> element) {
        if (workflows.add(element.getValue())) {
            follow();
        }
    }

    /** Sets the timers of what is new or has changed, and forgets what is no more. */
    private void follow() {
        Map<String, CurrentWorkflows.Current> current = workflows.all();
        started.keySet().retainAll(current.keySet());
        for (Scheduled each : List.copyOf(scheduled.values())) {
            String name = each.current().workflow().name();
            if (!each.current().equals(current.get(name))) {
                each.timer().cancel(false);
                scheduled.remove(name);
            }
        }
        current.forEach((name, workflow) -> {
            if (!scheduled.containsKey(name)) {
                Schedule.of(workflow.workflow()).ifPresent(schedule -> set(workflow, schedule));
            }
        });
    }

    private void set(CurrentWorkflows.Current current, Schedule schedule) {
        String name = current.workflow().name();
        long last = Math.max(started.getOrDefault(name, 0L), current.sinceMillis());
        long next = schedule.next(Instant.ofEpochMilli(last)).toEpochMilli();
        ScheduledFuture<?> timer = getProcessingTimeService().registerTimer(next, now -> start(name, next));
        scheduled.put(name, new Scheduled(current, schedule, timer));
    }

    private void start(String name, long dueMillis) {
        Scheduled due = scheduled.get(name);
        long now = getProcessingTimeService().getCurrentProcessingTime();
        Instant at =
                due.schedule().last(Instant.ofEpochMilli(dueMillis), Instant.ofEpochMilli(Math.max(now, dueMillis)));
        started.put(name, at.toEpochMilli());
        set(due.current(), due.schedule());
        output.collect(new StreamRecord<>(due.schedule().start(TaskId.of(name, Schedule.key(at)), at)));
    }
}
