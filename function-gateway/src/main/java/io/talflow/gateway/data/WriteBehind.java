package io.talflow.gateway.data;

import io.talflow.gateway.DaemonThreads;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes values down soon after they came to memory, one at a time; what fails is tried again until it is stopped. */
final class WriteBehind implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteBehind.class);
    private static final long AGAIN_SECONDS = 1;

    /** Writes a value, unless it is written or freed. */
    interface Write {
        void write(Value value) throws IOException;
    }

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("data-writer"));
    private final Write write;

    WriteBehind(Write write) {
        this.write = write;
    }

    void later(Value value) {
        Future<?> unused = thread.submit(() -> attempt(value));
    }

    private void attempt(Value value) {
        try {
            write.write(value);
        } catch (IOException e) {
            LOG.warn("Value {} stays in memory for now: {}", value.descriptor().id(), e.toString());
            if (!thread.isShutdown()) {
                Future<?> unused = thread.schedule(() -> attempt(value), AGAIN_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Stops; what it has not written is still in memory. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A value is still being written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
