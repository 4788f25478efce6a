package io.talflow.flink.dispatch;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;

/**
 * Sends firings to the gateway until it has them: accepted means in its journal. A lone firing goes at once; while a call
 * is under way, those that come meanwhile go together, since the cost is per call. A call that fails is made again with
 * the same firings, for ever: the gateway knows a firing by its id. What is not yet accepted is in every checkpoint.
 *
 * <p>Holds up its input only beyond {@link #MAX_PENDING} unaccepted firings.
 */
final class Dispatcher extends AbstractStreamOperator<Outgoing> implements OneInputStreamOperator<Request, Outgoing> {
    static final int MAX_PENDING = 50_000;
    private static final long serialVersionUID = 1L;
    private static final int MAX_CALLS = 4;
    private static final int MAX_BATCH = 256;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final long FIRST_DELAY_MILLIS = 50;
    private static final long MAX_DELAY_MILLIS = 5_000;

    private final GatewayAccess gateway;
    private final transient MailboxExecutor mailbox;
    private final transient Deque<Request> unsent = new ArrayDeque<>();
    private final transient Set<List<Request>> underWay = new HashSet<>();
    private transient ListState<Request> unaccepted;
    private transient GatewayClient client;
    private transient int failures;
    private transient boolean pausing;
    private transient Counter calls;
    private transient Counter failedCalls;

    Dispatcher(StreamOperatorParameters<Outgoing> parameters, MailboxExecutor mailbox, GatewayAccess gateway) {
        super(parameters);
        this.mailbox = mailbox;
        this.gateway = gateway;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unaccepted = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("unaccepted", TypeInformation.of(Request.class)));
        for (Request request : unaccepted.get()) {
            unsent.add(request);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        client = new GatewayClient(gateway, MAX_CALLS);
        calls = getMetricGroup().counter("gatewayCalls");
        failedCalls = getMetricGroup().counter("failedGatewayCalls");
        getMetricGroup().gauge("unacceptedFirings", this::pending);
        send();
    }

    @Override
    public void processElement(StreamRecord<Request> element) throws Exception {
        unsent.add(element.getValue());
        send();
        while (pending() > MAX_PENDING) {
            mailbox.yield();
        }
    }

    /** Nothing may be lost at the end of input: waits until everything is accepted. */
    @Override
    public void finish() throws Exception {
        while (pending() > 0) {
            mailbox.yield();
        }
        super.finish();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Request> all = new ArrayList<>(pending());
        underWay.forEach(all::addAll);
        all.addAll(unsent);
        unaccepted.update(all);
    }

    @Override
    public void close() throws Exception {
        if (client != null) {
            client.close();
        }
        super.close();
    }

    private int pending() {
        int count = unsent.size();
        for (List<Request> batch : underWay) {
            count += batch.size();
        }
        return count;
    }

    private void send() {
        while (!unsent.isEmpty() && !pausing && underWay.size() < window()) {
            call(nextBatch());
        }
    }

    /** One call at a time gathers best; more only while there is a full batch to fill them. */
    private int window() {
        return unsent.size() >= MAX_BATCH ? MAX_CALLS : 1;
    }

    private List<Request> nextBatch() {
        List<Request> batch = new Batched();
        int bytes = 0;
        while (!unsent.isEmpty() && batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Request request = unsent.poll();
            batch.add(request);
            bytes += request.input().length;
        }
        return batch;
    }

    /** A list known by identity. */
    private static final class Batched extends ArrayList<Request> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private void call(List<Request> batch) {
        underWay.add(batch);
        calls.inc();
        CompletableFuture<?> unused = client.post(Batch.body(batch))
                .whenComplete((response, failure) -> mailbox.execute(
                        () -> answered(batch, response, failure), "answer of the gateway to %s firings", batch.size()));
    }

    private void answered(List<Request> batch, SimpleHttpResponse response, Throwable failure) {
        underWay.remove(batch);
        if (failure != null || response.getCode() / 100 != 2) {
            again(batch, failure == null ? "HTTP " + response.getCode() + client.hint(response) : failure.toString());
        } else {
            failures = 0;
            rejected(batch, response.getBodyBytes());
        }
        send();
    }

    private void again(List<Request> batch, String reason) {
        for (int at = batch.size() - 1; at >= 0; at--) {
            unsent.addFirst(batch.get(at));
        }
        failedCalls.inc();
        long delay = Math.min(MAX_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(failures, 10));
        if (failures++ % 20 == 0) {
            LOG.warn(
                    "gateway {} did not take {} firings ({}); trying again in {} ms",
                    gateway.url(),
                    batch.size(),
                    reason,
                    delay);
        }
        if (!pausing) {
            pausing = true;
            ProcessingTimeService timers = getProcessingTimeService();
            Future<?> unused = timers.registerTimer(timers.getCurrentProcessingTime() + delay, at -> {
                pausing = false;
                send();
            });
        }
    }

    /** A firing the gateway will never run is a failure of its invocation; the task decides what that means. */
    private void rejected(List<Request> batch, byte[] body) {
        Map<String, Request> byId = new LinkedHashMap<>();
        batch.forEach(request -> byId.put(request.firing(), request));
        if (body == null || !(Json.parseObject(body).get("results") instanceof List<?> results)) {
            return;
        }
        for (Object result : results) {
            Map<?, ?> told = (Map<?, ?>) result;
            Request request = byId.get(String.valueOf(told.get("firing")));
            if (Boolean.FALSE.equals(told.get("accepted")) && request != null) {
                Map<String, Object> error = new LinkedHashMap<>();
                error.put("error", String.valueOf(told.get("code")));
                error.put("message", String.valueOf(told.get("message")));
                output.collect(new StreamRecord<>(Outgoing.log(new TalEvent(
                        request.firing() + "/" + request.attempt() + "/rejected",
                        "/talflow/" + request.task(),
                        EventTypes.INVOCATION_FAILED,
                        "",
                        TalEvent.Kind.CONTROL,
                        request.task(),
                        request.firing(),
                        request.attempt(),
                        Map.of(),
                        Json.bytes(error)))));
            }
        }
    }
}
