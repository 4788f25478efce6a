package io.talflow.gateway.exec;

import io.talflow.gateway.exec.PythonJob.ServerKey;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A Python process that serves one handler, one call at a time, by HTTP/1.1 over a Unix socket. */
final class PythonServer implements AutoCloseable {
    private static final long EXIT_SECONDS = 2;

    private final ServerKey key;
    private final ProcessGroup group;
    private final Process process;
    private final HttpWire wire;
    private final Path output;
    private final FunctionLogs logs;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private long outputBytes;
    private volatile long idleSince;
    private volatile boolean broken;

    PythonServer(
            ServerKey key,
            ProcessGroup group,
            SocketChannel connection,
            Path output,
            FunctionLogs logs,
            ScheduledExecutorService timer,
            Clock clock) {
        this.key = key;
        this.group = group;
        this.process = group.process();
        this.wire = new HttpWire(connection);
        this.output = output;
        this.logs = logs;
        this.timer = timer;
        this.clock = clock;
    }

    ServerKey key() {
        return key;
    }

    void idleSince(long millis) {
        idleSince = millis;
    }

    /** Epoch milliseconds. */
    long idleSince() {
        return idleSince;
    }

    boolean usable() {
        return !broken && process.isAlive();
    }

    /** Runs one firing to its end, its timeout or the end of the process. What it printed goes to its log. */
    Outcome call(FunctionCall call) {
        Firing firing = call.firing();
        Function function = call.function();
        long began = clock.millis();
        Timeout timeout = new Timeout(function.timeout().toMillis());
        logs.printing(firing, output, outputBytes, call.access().secrets());
        try {
            Map<String, String> headers = call.headers(
                    began + function.timeout().toMillis(), call.access().urls().local());
            headers.putAll(call.secretHeaders());
            call.begins().accept(Start.NONE);
            FunctionReply reply = wire.call(headers, firing.input(), FunctionErrors.MAX_RESULT_BYTES);
            timeout.cancel();
            return reply.outcome("the process of " + function.name(), began, clock.millis())
                    .orElseThrow(() -> PythonPool.unexpected("202"));
        } catch (HttpWire.TooLarge e) {
            broken = true;
            return FunctionErrors.tooLarge(began, e.bytes());
        } catch (IOException e) {
            broken = true;
            return timeout.passed()
                    ? FunctionErrors.timeout(began, function.name(), function.timeout())
                    : FunctionErrors.crashed(
                            began, function.name(), exitCode(), FunctionLogs.tail(output, outputBytes));
        } finally {
            timeout.cancel();
            outputBytes = logs.take(firing, output, outputBytes, call.access().secrets());
        }
    }

    private int exitCode() {
        try {
            if (process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return 128 + 9;
    }

    /** Ends the process and those it started, now. */
    void kill() {
        broken = true;
        group.kill();
    }

    /** Asks them to end; after the grace they are killed. */
    void terminate() {
        broken = true;
        group.terminate(timer);
    }

    @Override
    public void close() {
        kill();
        wire.close();
        FunctionLogs.delete(output);
    }

    /** Asks the process to end when the time is over. */
    private final class Timeout {
        private final ScheduledFuture<?> timer;
        private volatile boolean passed;

        Timeout(long millis) {
            timer = PythonServer.this.timer.schedule(
                    () -> {
                        passed = true;
                        terminate();
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        }

        void cancel() {
            timer.cancel(false);
        }

        boolean passed() {
            return passed;
        }
    }
}
