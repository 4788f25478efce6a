package io.talflow.eval;

import java.util.concurrent.Future;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;

/** Counts the events of a task and calls the server for each; the last one ends the task. */
final class FloorFunction extends KeyedProcessFunction<String, FloorEvent, FloorEvent> {
    private static final long serialVersionUID = 1L;

    private final String server;
    private final int hops;
    private transient ValueState<Integer> seen;
    private transient CloseableHttpAsyncClient client;

    FloorFunction(String server, int hops) {
        this.server = server;
        this.hops = hops;
    }

    @Override
    public void open(OpenContext context) {
        seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Integer.class));
        client = HttpAsyncClients.createDefault();
        client.start();
    }

    @Override
    public void close() throws Exception {
        client.close();
    }

    @Override
    public void processElement(FloorEvent event, Context context, Collector<FloorEvent> out) throws Exception {
        Integer before = seen.value();
        seen.update(before == null ? 1 : before + 1);
        if (event.hop() == hops) {
            out.collect(event);
            return;
        }
        SimpleHttpRequest request = SimpleRequestBuilder.post(server + "/" + event.task())
                .setBody(event.value(), ContentType.APPLICATION_OCTET_STREAM)
                .build();
        Future<?> unused = client.execute(request, new Outcome(event));
    }

    /** A lost call would end the chain unseen. */
    private record Outcome(FloorEvent event) implements FutureCallback<SimpleHttpResponse> {
        @Override
        public void completed(SimpleHttpResponse response) {
            if (response.getCode() >= 300) {
                throw new IllegalStateException(
                        "hop %d of %s: answered %d".formatted(event.hop(), event.task(), response.getCode()));
            }
        }

        @Override
        public void failed(Exception failure) {
            throw new IllegalStateException("hop %d of %s failed".formatted(event.hop(), event.task()), failure);
        }

        @Override
        public void cancelled() {
            // the client closes
        }
    }
}
