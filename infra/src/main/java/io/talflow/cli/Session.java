package io.talflow.cli;

import io.talflow.stack.Stack;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A stack to work with: the one that owns the data directory, or one of this command's own. */
final class Session implements AutoCloseable {
    private static final Duration OTHER_STARTS = Duration.ofSeconds(60);

    private final Api api;
    private final Optional<Stack> own;

    private Session(Api api, Optional<Stack> own) {
        this.api = api;
        this.own = own;
    }

    static Session open(Connection connection, PrintWriter err) {
        Optional<Api> running = connection.find();
        if (running.isPresent()) {
            return new Session(running.get(), Optional.empty());
        }
        if (connection.url != null && !connection.url.isEmpty()) {
            return new Session(connection.api(), Optional.empty());
        }
        err.println("starting the stack in " + connection.data);
        long end = System.nanoTime() + OTHER_STARTS.toNanos();
        while (System.nanoTime() < end) {
            Optional<Stack> own = start(connection);
            if (own.isPresent()) {
                return new Session(new Api(own.get().url()), own);
            }
            Optional<Api> other = connection.find();
            if (other.isPresent()) {
                return new Session(other.get(), Optional.empty());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw CommandFailed.unreachable("another process owns %s and does not answer".formatted(connection.data));
    }

    Api api() {
        return api;
    }

    boolean isOwn() {
        return own.isPresent();
    }

    @Override
    public void close() {
        own.ifPresent(Stack::close);
    }

    private static Optional<Stack> start(Connection connection) {
        try {
            return Stack.start(connection.data);
        } catch (IOException | RuntimeException e) {
            throw CommandFailed.unreachable(
                    "the stack does not start: %s; see %s".formatted(e.getMessage(), connection.data.resolve("logs")));
        }
    }
}
