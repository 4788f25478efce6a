package io.talflow.gateway.container;

import io.talflow.gateway.log.AttemptLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads what a container prints to the logs of the attempts that run in it, to each of them when there are several. What comes
 * while none runs belongs to the one before, or to the first: a line may be on its way when its attempt has answered.
 */
final class ContainerOutput {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerOutput.class);
    private static final int MAX_EARLY_BYTES = 64 * 1024;

    private final List<AttemptLog> running = new ArrayList<>();
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();
    private AttemptLog last;

    synchronized void write(byte[] printed) {
        if (!running.isEmpty()) {
            running.forEach(log -> log.write(printed, printed.length));
        } else if (last != null) {
            last.write(printed, printed.length);
        } else {
            early.write(printed, 0, Math.min(printed.length, MAX_EARLY_BYTES - early.size()));
        }
    }

    synchronized void begin(AttemptLog log) {
        if (last != null && !running.contains(last)) {
            close(last);
        }
        last = log;
        running.add(log);
        if (early.size() > 0) {
            log.write(early.toByteArray(), early.size());
            early.reset();
        }
    }

    synchronized void end(AttemptLog log) {
        running.remove(log);
        log.ended();
        if (log != last) {
            close(log);
        }
    }

    /** What it printed before its first attempt. */
    synchronized String early() {
        return early.toString(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Nothing comes any more. */
    synchronized void close() {
        running.forEach(ContainerOutput::close);
        if (last != null) {
            close(last);
        }
    }

    private static void close(AttemptLog log) {
        try {
            log.close();
        } catch (IOException e) {
            LOG.warn("A function's log cannot be closed", e);
        }
    }
}
