package io.talflow.flink.dispatch;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes dispatchers, each with its task's mailbox, in which answers of the gateway are handled. */
public final class DispatcherFactory extends AbstractStreamOperatorFactory<Outgoing>
        implements OneInputStreamOperatorFactory<Request, Outgoing> {
    /** Never changes: savepoints are bound to it. */
    public static final String UID = "dispatcher-v1";

    private static final long serialVersionUID = 1L;
    private final DispatchOptions options;

    public DispatcherFactory(DispatchOptions options) {
        this.options = options;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as Flink declares it
    public <T extends StreamOperator<Outgoing>> T createStreamOperator(StreamOperatorParameters<Outgoing> parameters) {
        return (T) new Dispatcher(parameters, parameters.getMailboxExecutor(), options);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return Dispatcher.class;
    }
}
