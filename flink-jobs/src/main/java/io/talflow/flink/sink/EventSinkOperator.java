package io.talflow.flink.sink;

import io.talflow.flink.cep.NfaMatcher;
import io.talflow.flink.define.KnownDefinitions;
import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.place.Placement;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.TaskEngine;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Fires the rules of one task; keyed by task id. First input: the log; second, broadcast: definitions. Not a
 * {@code KeyedBroadcastProcessFunction}, since a task that an arriving definition releases must be able to do anything a
 * task can do.
 *
 * <p>Moves state in and out and nothing else: {@link TaskEngine} decides, {@link NfaMatcher} matches. By the job's clock a
 * task is poked by an event in the log, its unread rows are removed, and its tombstone: three timers, each in a namespace.
 */
public final class EventSinkOperator extends AbstractStreamOperator<Request>
        implements TwoInputStreamOperator<LogRecord, DefinitionRecord, Request>, Triggerable<String, String> {
    /** Never changes: savepoints are bound to it. */
    public static final String UID = "event-sink-v1";

    /** Where what workflows emit goes: the topic may not be there. */
    public static final OutputTag<Outgoing> EMITTED = new OutputTag<>("emitted", TypeInformation.of(Outgoing.class));

    private static final long serialVersionUID = 1L;
    private static final String SWEEP = "sweep";
    private static final String TOMBSTONE = "tombstone";
    /** How long an ended task's id is kept. */
    private static final long TOMBSTONE_MILLIS = Duration.ofDays(7).toMillis();

    /** Makes the matcher of a subtask; a test gives one that never matches. */
    public interface MatcherFactory extends Supplier<Matcher>, Serializable {}

    private final OutputTag<Outgoing> out;
    private final MatcherFactory matchers;
    private final NodeFeed nodes;
    private final Placement placement;

    private transient Matcher matcher;
    private transient TaskEngine engine;
    private transient KnownDefinitions definitions;
    private transient RowStore rows;
    private transient WaitingTasks waiting;
    private transient InternalTimerService<String> timers;
    private transient Retirement retirement;
    private transient TaskClocks clocks;
    private transient Reports reports;
    private transient Pins pins;
    private transient StreamRecord<Request> reused;
    private transient Counter events;
    private transient Counter firings;
    private transient Counter deadLetters;

    /**
     * @param out where every other record for Kafka goes
     * @param nodes who lives
     * @param placement which of them run a task's functions
     */
    public EventSinkOperator(OutputTag<Outgoing> out, NodeFeed nodes, Placement placement) {
        this(out, NfaMatcher::new, nodes, placement);
    }

    EventSinkOperator(OutputTag<Outgoing> out, MatcherFactory matchers, NodeFeed nodes, Placement placement) {
        this.out = out;
        this.matchers = matchers;
        this.nodes = nodes;
        this.placement = placement;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        definitions = new KnownDefinitions(context.getOperatorStateStore());
        rows = new RowStore(
                context.getKeyedStateStore()
                        .getMapState(new MapStateDescriptor<>(
                                "rows", StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE)),
                this::setCurrentKey);
        waiting = new WaitingTasks(context, getKeyedStateBackend());
    }

    @Override
    public void open() throws Exception {
        super.open();
        matcher = matchers.get();
        engine = new TaskEngine(definitions, matcher);
        timers = getInternalTimerService("task-timers", StringSerializer.INSTANCE, this);
        clocks = new TaskClocks(timers);
        reports = new Reports(this::emit, getProcessingTimeService());
        pins = new Pins(nodes, placement);
        reused = new StreamRecord<>(null);
        events = getMetricGroup().counter("events");
        firings = getMetricGroup().counter("firings");
        deadLetters = getMetricGroup().counter("deadLetters");
        retirement = new Retirement(definitions, getProcessingTimeService());
    }

    /** What is held is of events before the barrier, which a recovery does not read again. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        reports.flush();
    }

    @Override
    public void finish() throws Exception {
        reports.flush();
        super.finish();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        rows.flush();
        super.snapshotState(context);
    }

    @Override
    public void close() throws Exception {
        if (matcher instanceof AutoCloseable closeable) {
            closeable.close();
        }
        if (pins != null) {
            pins.close();
        }
        super.close();
    }

    @Override
    public void processElement1(StreamRecord<LogRecord> element) throws Exception {
        LogRecord record = element.getValue();
        TalEvent event = record.event();
        events.inc();
        StateRows task = new StateRows(rows.of(event.task()));
        List<Effect> effects;
        try {
            effects = engine.apply(task, record.logEvent());
        } catch (RuntimeException e) {
            // Nothing of it is in the state yet. Failing the job would read the same record again, for ever.
            LOG.error("event {} of task {} cannot be applied", event.id(), event.task(), e);
            effects = List.of(new Effect.DeadLetter(event, "event/failed", e.toString()));
            task = new StateRows(rows.of(event.task()));
        }
        task.keep();
        if (EventTypes.endsAttempt(event.type())) {
            output.collect(reused.replace(Request.ended(event)));
        }
        apply(effects, record);
        reports.relieve();
        rows.relieve();
    }

    @Override
    public void onProcessingTime(InternalTimer<String, String> timer) throws Exception {
        switch (timer.getNamespace()) {
            case TaskClocks.CLOCK ->
                clocks.poke(timer.getKey(), timer.getTimestamp()).ifPresent(poke -> emit(Outgoing.log(poke)));
            case SWEEP -> sweep(timer.getKey());
            case TOMBSTONE -> {
                StateRows task = new StateRows(rows.of(timer.getKey()));
                engine.forget(task);
                task.keep();
            }
            default -> throw new IllegalStateException("timer of no known kind: " + timer.getNamespace());
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, String> timer) {
        throw new IllegalStateException("this job has no event time");
    }

    private void sweep(String key) throws Exception {
        StateRows task = new StateRows(rows.of(key));
        if (engine.sweep(task)) {
            timers.registerProcessingTimeTimer(SWEEP, timers.currentProcessingTime() + 1);
        }
        task.keep();
        rows.relieve();
    }

    @Override
    public void processElement2(StreamRecord<DefinitionRecord> element) throws Exception {
        DefinitionRecord record = element.getValue();
        try {
            definitions.add(record);
        } catch (InvalidTal | Json.NotJson e) {
            LOG.warn("definition {} is not usable: {}", record.key(), e.getMessage());
            deadLetters.inc();
            emit(Outgoing.deadLetter(Originals.of(record), "definition/invalid", e.getMessage()));
            return;
        }
        for (String task : waiting.of(record.workflow())) {
            resume(task);
        }
    }

    @Override
    public void processWatermark1(Watermark mark) {
        retirement.logIsAt(mark.getTimestamp());
    }

    private void resume(String task) throws Exception {
        setCurrentKey(task);
        StateRows state = new StateRows(rows.of(task));
        List<Effect> effects;
        try {
            effects = engine.resume(state);
        } catch (RuntimeException e) {
            LOG.error("task {} cannot begin and waits on", task, e);
            return;
        }
        waiting.remove(task);
        state.keep();
        apply(effects, null);
    }

    /** @param record the log record that caused them; null if a definition did */
    private void apply(List<Effect> effects, LogRecord record) throws Exception {
        String ended = null;
        for (Effect effect : effects) {
            apply(effect, record);
            if (effect instanceof Effect.Ended end) {
                ended = end.task();
            }
        }
        if (ended != null) {
            waiting.remove(ended);
            reports.ended(ended);
            timers.registerProcessingTimeTimer(TOMBSTONE, timers.currentProcessingTime() + TOMBSTONE_MILLIS);
        }
    }

    private void apply(Effect effect, LogRecord record) throws Exception {
        if (effect instanceof Effect.Dispatch dispatch) {
            firings.inc();
            output.collect(reused.replace(Request.run(dispatch)));
            TalEvent widened = pins.widened(dispatch);
            if (widened != null) {
                emit(Outgoing.log(widened));
            }
        } else if (effect instanceof Effect.Withdraw withdraw) {
            output.collect(reused.replace(Request.withdraw(withdraw.task(), withdraw.firing(), withdraw.attempt())));
        } else if (effect instanceof Effect.Append append) {
            emit(Outgoing.log(pins.placed(append.event())));
        } else if (effect instanceof Effect.Emit emit) {
            Outgoing event = Outgoing.event(emit.topic().orElse(Topics.OUT), emit.event());
            output.collect(EMITTED, new StreamRecord<>(event));
        } else if (effect instanceof Effect.Clock clock) {
            clocks.set(clock);
        } else if (effect instanceof Effect.Sweep) {
            timers.registerProcessingTimeTimer(SWEEP, timers.currentProcessingTime() + 1);
        } else if (effect instanceof Effect.Status status) {
            reports.add(status);
        } else if (effect instanceof Effect.Decision decision) {
            reports.add(decision);
        } else if (effect instanceof Effect.Reply reply) {
            emit(Outgoing.json(Topics.REPLIES, reply.query(), Json.bytes(reply.state())));
        } else if (effect instanceof Effect.AwaitDefinition await) {
            waiting.add(await.task());
        } else if (effect instanceof Effect.DeadLetter letter) {
            deadLetters.inc();
            emit(Outgoing.deadLetter(Originals.of(letter.event(), record), letter.code(), letter.reason()));
        }
    }

    private void emit(Outgoing record) {
        output.collect(out, new StreamRecord<>(record));
    }
}
