package io.talflow.flink.route;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionsReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Every ingress record becomes records of the log or a dead letter. First input: the ingress; second, broadcast: definitions.
 *
 * <p>It knows all definitions there are when it opens before it looks at a record. One that is applied later comes by its own
 * way and may be overtaken by the first event for it; so an event that no workflow takes is kept for a moment and looked at
 * again when a definition has come. That is its only state: the definitions are in their topic.
 */
public final class RouterOperator extends AbstractStreamOperator<Outgoing>
        implements TwoInputStreamOperator<RawRecord, DefinitionRecord, Outgoing> {
    /** Never changes: savepoints are bound to it. */
    public static final String UID = "router-v1";

    private static final long serialVersionUID = 1L;
    /** How long an event that no workflow takes is kept. */
    static final long PATIENCE_MILLIS = Duration.ofSeconds(2).toMillis();
    /** Of more than these the eldest are given up at once. */
    static final int MOST_KEPT = 10_000;

    private final DefinitionsReader definitions;

    private transient CurrentWorkflows workflows;
    private transient Router router;
    private transient Deque<Kept> kept;
    private transient boolean timerIsSet;
    private transient ListState<RawRecord> keptState;
    private transient StreamRecord<Outgoing> reused;
    private transient Counter leftAlone;

    /** @param untilMillis by the job's clock */
    private record Kept(RawRecord record, long untilMillis) {}

    /** @param definitions read when it opens */
    public RouterOperator(DefinitionsReader definitions) {
        this.definitions = definitions;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        keptState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("kept", TypeInformation.of(RawRecord.class)));
    }

    @Override
    public void open() throws Exception {
        super.open();
        reused = new StreamRecord<>(null);
        leftAlone = getMetricGroup().counter("leftAlone");
        kept = new ArrayDeque<>();
        workflows = new CurrentWorkflows();
        definitions.read().forEach(workflows::add);
        router = new Router(workflows, getProcessingTimeService()::getCurrentProcessingTime);
        for (RawRecord record : keptState.get()) {
            take(record);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        keptState.update(kept.stream().map(Kept::record).toList());
    }

    @Override
    public void processElement1(StreamRecord<RawRecord> element) throws Exception {
        take(element.getValue());
    }

    private void take(RawRecord record) {
        List<Outgoing> routed = router.route(record);
        routed.forEach(this::emit);
        if (routed.isEmpty()) {
            keep(record);
        }
    }

    private void keep(RawRecord record) {
        long until = getProcessingTimeService().getCurrentProcessingTime() + PATIENCE_MILLIS;
        kept.add(new Kept(record, until));
        setTimer();
        if (kept.size() > MOST_KEPT) {
            giveUp(kept.remove().record());
        }
    }

    private void setTimer() {
        if (!timerIsSet && !kept.isEmpty()) {
            timerIsSet = true;
            ScheduledFuture<?> unused =
                    getProcessingTimeService().registerTimer(kept.peek().untilMillis(), this::giveUp);
        }
    }

    /** Of what is kept the eldest is due first. */
    private void giveUp(long now) {
        timerIsSet = false;
        while (!kept.isEmpty() && kept.peek().untilMillis() <= now) {
            giveUp(kept.remove().record());
        }
        setTimer();
    }

    private void giveUp(RawRecord record) {
        router.giveUp(record).ifPresentOrElse(this::emit, leftAlone::inc);
    }

    @Override
    public void processElement2(StreamRecord<DefinitionRecord> element) {
        if (!workflows.add(element.getValue())) {
            return;
        }
        router.follow();
        List<Kept> again = new ArrayList<>(kept);
        kept.clear();
        for (Kept each : again) {
            List<Outgoing> routed = router.route(each.record());
            routed.forEach(this::emit);
            if (routed.isEmpty()) {
                kept.add(each);
            }
        }
    }

    private void emit(Outgoing record) {
        output.collect(reused.replace(record));
    }
}
