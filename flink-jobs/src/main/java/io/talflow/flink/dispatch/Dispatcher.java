package io.talflow.flink.dispatch;

import io.talflow.flink.dispatch.OpenFirings.Open;
import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.node.NodeTable;
import io.talflow.flink.wire.NodeFirings;
import io.talflow.flink.wire.NodeRequest;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;

/**
 * Sends each firing to its node until that has it: accepted means in its journal. A lone firing goes at once; while a call to
 * a node is under way, those that come meanwhile for it go together, since the cost is per call. A call that fails is made
 * again with the same firings, to the same node, until the node takes it or is given up: the gateway knows a firing by its id.
 *
 * <p>What a lost node had is told to the log, a loss for each firing; what that means is for the task to say. What a node has
 * and what it has not accepted yet is in every checkpoint. Holds up its input only beyond {@link #MAX_PENDING} unaccepted
 * firings.
 */
final class Dispatcher extends AbstractStreamOperator<Outgoing>
        implements OneInputStreamOperator<Request, Outgoing>, NodeWatch.Port, GatewayCalls.Port {
    static final int MAX_PENDING = 50_000;
    static final long BEAT_MILLIS = 1_000;
    private static final long serialVersionUID = 1L;
    private static final String DRAINING = "gateway/draining";

    private final DispatchOptions options;
    private final transient MailboxExecutor mailbox;
    private final transient Lanes lanes = new Lanes();
    private final transient OpenFirings open = new OpenFirings();
    private transient ListState<NodeRequest> unaccepted;
    private transient ListState<NodeFirings> firings;
    private transient NodeFeed.Reading reading;
    private transient NodeTable nodes;
    private transient GatewayClient client;
    private transient GatewayCalls calls;
    private transient Counter gatewayCalls;
    private transient Counter failedCalls;
    private transient Counter lostFirings;
    private transient NodeWatch watch;
    private transient Placing placing;

    Dispatcher(StreamOperatorParameters<Outgoing> parameters, MailboxExecutor mailbox, DispatchOptions options) {
        super(parameters);
        this.mailbox = mailbox;
        this.options = options;
    }

    // --- state

    /** Each subtask reads all and keeps what is of its tasks, so that the end of a firing finds it also after a rescale. */
    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unaccepted = context.getOperatorStateStore()
                .getUnionListState(
                        new ListStateDescriptor<>("unaccepted-requests", TypeInformation.of(NodeRequest.class)));
        firings = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("open-firings", TypeInformation.of(NodeFirings.class)));
        TaskInfo task = getRuntimeContext().getTaskInfo();
        Predicate<String> mine = key -> KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        key, task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks())
                == task.getIndexOfThisSubtask();
        for (NodeFirings saved : firings.get()) {
            open.restore(saved, mine);
            lanes.of(saved.node()).instance = saved.instance();
        }
        for (NodeRequest saved : unaccepted.get()) {
            if (mine.test(saved.request().task())) {
                lanes.of(saved.node()).add(saved.request());
            }
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        calls.settle();
        List<NodeRequest> all = new ArrayList<>();
        lanes.forEach(lane -> lane.forEach(request -> all.add(new NodeRequest(lane.node(), request))));
        unaccepted.update(all);
        firings.update(open.save(node -> lanes.of(node).instance));
    }

    @Override
    public void open() throws Exception {
        super.open();
        reading = options.feed().open();
        nodes = reading.table();
        placing = new Placing(options.placement(), nodes);
        client = new GatewayClient(options.gateway(), Lane.MAX_CALLS);
        calls = new GatewayCalls(client::post, mailbox, this);
        lostFirings = getMetricGroup().counter("lostFirings");
        watch = new NodeWatch(options, nodes, lanes, open, this);
        gatewayCalls = getMetricGroup().counter("gatewayCalls");
        failedCalls = getMetricGroup().counter("failedGatewayCalls");
        getMetricGroup().gauge("unacceptedFirings", lanes::pending);
        getMetricGroup().gauge("openFirings", open::size);
        lanes.all().forEach(this::send);
        calls.settle(lanes.haveUnsent());
        later(BEAT_MILLIS, this::beat);
    }

    /** Nothing may be lost at the end of input: waits until everything is accepted. */
    @Override
    public void finish() throws Exception {
        await(0);
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (watch != null) {
            watch.close();
        }
        if (client != null) {
            client.close();
        }
        if (reading != null) {
            reading.close();
        }
        super.close();
    }

    // --- what comes

    @Override
    public void processElement(StreamRecord<Request> element) throws Exception {
        Request request = element.getValue();
        calls.settle();
        switch (request.kind()) {
            case RUN -> run(request);
            case WITHDRAW -> withdraw(request);
            case ENDED -> open.remove(request.firing(), request.attempt());
        }
        if (lanes.haveUnsent()) {
            await(MAX_PENDING);
        } else {
            calls.settle(false);
        }
    }

    /** Until so few requests are pending. */
    private void await(int most) throws InterruptedException {
        calls.settle(true);
        while (lanes.pending() > most) {
            mailbox.yield();
        }
    }

    private void run(Request request) {
        Lane lane = lanes.of(placing.of(request));
        Open firing = open.add(request, lane.node());
        if (!watch.isLost(lane) || !watch.giveUp(firing, "lost")) {
            lane.add(request);
            send(lane);
        }
    }

    private void withdraw(Request request) {
        Open firing = open.of(request.firing(), request.attempt());
        Lane lane = lanes.of(firing == null ? placing.of(request) : firing.node);
        open.remove(request.firing(), request.attempt());
        lane.add(request);
        send(lane);
    }

    // --- calls

    @Override
    public void send(Lane lane) {
        while (lane.maySend()) {
            String url = url(lane);
            if (url == null) {
                pause(lane);
                return;
            }
            gatewayCalls.inc();
            calls.call(lane, url, lane.nextCall());
        }
    }

    /** Null while the node is not known. */
    private String url(Lane lane) {
        if (lane.node().isEmpty()) {
            return options.gateway().url();
        }
        NodeTable.Seen seen = nodes.of(lane.node());
        return seen == null ? null : seen.report().url();
    }

    @Override
    public void taken(Lane lane, List<Request> batch) {
        accepted(lane, batch);
        send(lane);
    }

    @Override
    public void answered(Lane lane, List<Request> batch, SimpleHttpResponse response, Throwable failure) {
        if (failure != null || response.getCode() / 100 != 2) {
            again(
                    lane,
                    batch,
                    failure == null ? "HTTP " + response.getCode() + client.hint(response) : failure.toString());
        } else {
            accepted(lane, batch);
            rejected(batch, response.getBodyBytes());
        }
        send(lane);
    }

    private void accepted(Lane lane, List<Request> batch) {
        lane.accepted(batch);
        watch.reached(lane);
    }

    private void again(Lane lane, List<Request> batch, String reason) {
        lane.failed(batch);
        failedCalls.inc();
        if (lane.isToldOf()) {
            LOG.warn("gateway {} did not take {} firings ({}); trying again", url(lane), batch.size(), reason);
        }
        pause(lane);
    }

    @Override
    public void pause(Lane lane) {
        if (!lane.pausing) {
            lane.pausing = true;
            later(lane.delay(), () -> {
                lane.pausing = false;
                send(lane);
            });
        }
    }

    @Override
    public void lost(Outgoing event) {
        lostFirings.inc();
        output.collect(new StreamRecord<>(event));
    }

    private void beat() {
        watch.beat();
        calls.settle(lanes.haveUnsent());
        later(BEAT_MILLIS, this::beat);
    }

    private void later(long millis, Runnable what) {
        ProcessingTimeService timers = getProcessingTimeService();
        Future<?> unused = timers.registerTimer(timers.getCurrentProcessingTime() + millis, at -> what.run());
    }

    /** A firing the gateway will never run is a failure of its invocation; one of a node that drains is to go elsewhere. */
    private void rejected(List<Request> batch, byte[] body) {
        if (body == null || !(Json.parseObject(body).get("results") instanceof List<?> results)) {
            return;
        }
        Map<String, Request> byId = null;
        for (Object result : results) {
            Map<?, ?> told = (Map<?, ?>) result;
            if (!Boolean.FALSE.equals(told.get("accepted"))) {
                continue;
            }
            if (byId == null) {
                byId = Batch.byFiring(batch);
            }
            Request request = byId.get(String.valueOf(told.get("firing")));
            Open firing = request == null ? null : open.of(request.firing(), request.attempt());
            if (firing != null && DRAINING.equals(told.get("code"))) {
                watch.refused(firing, request);
            } else if (request != null) {
                output.collect(new StreamRecord<>(Losses.rejected(
                        request, String.valueOf(told.get("code")), String.valueOf(told.get("message")))));
            }
        }
    }
}
