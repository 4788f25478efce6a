package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.FunctionReply;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How a container is spoken to. */
interface CallContract {
    /** Makes a container that listens ready for calls. Blocks. */
    void initialise(FunctionClient client, String url) throws EngineFailure;

    /**
     * Makes a call; cancelling the future closes its connection.
     *
     * @param headers of the function contract
     */
    CompletableFuture<FunctionReply> call(
            FunctionClient client, String url, FunctionCall call, Map<String, String> headers);

    /** Whether a container that answered so may be called again. */
    boolean isUsableAfter(FunctionReply reply);

    /** What of its output is the function's. */
    byte[] printed(byte[] output);

    /** The function contract: {@code POST /}. What Knative and OpenFaaS functions speak too. */
    CallContract HTTP = new CallContract() {
        @Override
        public void initialise(FunctionClient client, String url) {
            // listening is being ready
        }

        @Override
        public CompletableFuture<FunctionReply> call(
                FunctionClient client, String url, FunctionCall call, Map<String, String> headers) {
            return client.post(url + "/", headers, call.firing().input());
        }

        @Override
        public boolean isUsableAfter(FunctionReply reply) {
            return true;
        }

        @Override
        public byte[] printed(byte[] output) {
            return output;
        }
    };
}
