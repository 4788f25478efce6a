package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.auth.PeerHttp;
import io.talflow.tal.Json;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;

/** Asks other nodes for values and for what they know of a task's data. */
final class PeerClient implements AutoCloseable {
    private static final int PER_NODE = 64;

    private final String nodeId;
    private final PeerHttp http;

    /**
     * A client without connections yet.
     *
     * @param nodeId of this node, which it tells the others
     */
    PeerClient(String nodeId, PeerAccess access) throws IOException {
        this.nodeId = nodeId;
        http = new PeerHttp(access, PER_NODE);
    }

    /** The value at another node. */
    Source value(String node, String url, String task, String id) {
        return from -> {
            HttpGet request =
                    http.get("%s/v1/data/%s?task=%s&reader=%s".formatted(url, id, encode(task), encode(nodeId)));
            if (from > 0) {
                request.addHeader("Range", "bytes=%d-".formatted(from));
            }
            ClassicHttpResponse response = http.open(request);
            if (response.getCode() == (from > 0 ? 206 : 200)) {
                return new Body(response);
            }
            String answer = "node %s at %s answers %d".formatted(node, url, response.getCode());
            response.close();
            if (response.getCode() == GatewayError.UNKNOWN_DATA.status()) {
                throw new Source.NotThere(answer);
            }
            throw new IOException(answer);
        };
    }

    /** What another node knows of a task's data. */
    Map<String, Object> ofTask(String url, String task) throws IOException {
        try (ClassicHttpResponse response = http.open(http.get("%s/v1/data?task=%s".formatted(url, encode(task))))) {
            if (response.getCode() != 200) {
                throw new IOException("%s answers %d".formatted(url, response.getCode()));
            }
            return Json.parseObject(response.getEntity().getContent().readAllBytes());
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }

    /** A response's content; its connection is used again if the content was read to its end, and closed if not. */
    private static final class Body extends FilterInputStream {
        private final ClassicHttpResponse response;
        private boolean ended;

        Body(ClassicHttpResponse response) throws IOException {
            super(
                    response.getEntity() == null
                            ? InputStream.nullInputStream()
                            : response.getEntity().getContent());
            this.response = response;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            ended |= count < 0;
            return count;
        }

        @Override
        public void close() throws IOException {
            if (ended) {
                super.close();
            }
            response.close();
        }
    }
}
