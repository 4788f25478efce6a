package io.talflow.gateway.exec;

import io.talflow.gateway.journal.FiringKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * W3C Trace Context of an attempt. The trace is the run of the task, the parent span the attempt; both are digests of
 * their ids, so that every node and every repeat says the same, and a trace can be found from a firing's id.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">Trace Context</a>
 */
final class TraceContext {
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    private TraceContext() {}

    /** The value of {@code traceparent}, sampled. */
    static String parent(FiringKey key) {
        String run = key.firing().substring(0, runLength(key.firing()));
        return "00-" + digest(run, TRACE_BYTES) + "-" + digest(key.toString(), SPAN_BYTES) + "-01";
    }

    /** {@code task@startOffset} of {@code task@startOffset/rule/ordinal}. */
    private static int runLength(String firing) {
        int end = firing.indexOf('/', firing.indexOf('@') + 1);
        return end < 0 ? firing.length() : end;
    }

    private static String digest(String id, int bytes) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha, 0, bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
