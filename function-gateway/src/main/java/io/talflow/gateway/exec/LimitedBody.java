package io.talflow.gateway.exec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.client5.http.async.methods.AbstractBinResponseConsumer;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;

/** Reads a response into memory, up to a limit. */
final class LimitedBody extends AbstractBinResponseConsumer<FunctionReply> {
    private final int limit;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Map<String, String> headers = new HashMap<>();
    private int status;

    LimitedBody(int limit) {
        this.limit = limit;
    }

    @Override
    protected void start(HttpResponse response, ContentType contentType) {
        status = response.getCode();
        for (Header header : response.getHeaders()) {
            headers.put(header.getName().toLowerCase(Locale.ROOT), header.getValue());
        }
    }

    @Override
    protected int capacityIncrement() {
        return Integer.MAX_VALUE;
    }

    @Override
    protected void data(ByteBuffer source, boolean endOfStream) throws IOException {
        if (body.size() + source.remaining() > limit) {
            throw new FunctionClient.ReplyTooLarge();
        }
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        body.write(bytes);
    }

    @Override
    protected FunctionReply buildResult() {
        return new FunctionReply(status, headers, body.toByteArray());
    }

    @Override
    public void releaseResources() {
        body.reset();
    }
}
