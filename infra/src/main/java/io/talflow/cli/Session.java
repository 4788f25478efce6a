package io.talflow.cli;

import io.talflow.stack.Stack;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A stack to work with: the one that owns the data directory, or one of this command's own. When the owner of another
 * one stops it, the session goes on with one of its own: the tasks are in the log, so they go on too.
 */
final class Session implements AutoCloseable {
    private static final Duration OTHER_STARTS = Duration.ofSeconds(60);
    private static final int REOPENED_AT_MOST = 5;

    private final Connection connection;
    private final NodeOptions node;
    private final PrintWriter err;
    private volatile Api api;
    private volatile Stack own;

    private Session(Connection connection, NodeOptions node, PrintWriter err) {
        this.connection = connection;
        this.node = node;
        this.err = err;
    }

    /** @param node of a stack that is started because none runs */
    static Session open(Connection connection, NodeOptions node, PrintWriter err) {
        Session session = new Session(connection, node, err);
        session.open();
        return session;
    }

    /** What {@code question} returns; asked again if the stack was stopped meanwhile, so it must bear a repeat. */
    <T> T ask(Function<Api, T> question) {
        for (int reopened = 0; ; reopened++) {
            try {
                return question.apply(api);
            } catch (CommandFailed e) {
                boolean stopped = e.exitCode() == CommandFailed.UNREACHABLE && own == null && !connection.isRemote();
                if (!stopped || reopened == REOPENED_AT_MOST) {
                    throw e;
                }
            }
            open();
        }
    }

    Api api() {
        return api;
    }

    boolean isOwn() {
        return own != null;
    }

    @Override
    public void close() {
        Stack stack = own;
        if (stack != null) {
            stack.close();
        }
    }

    private void open() {
        long end = System.nanoTime() + OTHER_STARTS.toNanos();
        while (System.nanoTime() < end) {
            Optional<Api> other = connection.isRemote() ? Optional.of(connection.api()) : connection.find();
            if (other.isPresent()) {
                api = other.get();
                return;
            }
            Optional<Stack> started = start();
            if (started.isPresent()) {
                own = started.get();
                api = new Api(own.url(), own.token());
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        throw CommandFailed.unreachable("another process owns %s and does not answer".formatted(connection.data));
    }

    /** Empty while another process owns the directory. */
    private Optional<Stack> start() {
        try {
            return Stack.start(
                    connection.data,
                    () -> err.println("starting the stack in %s".formatted(connection.data)),
                    node.gateway());
        } catch (IOException | RuntimeException e) {
            throw CommandFailed.unreachable(
                    "the stack does not start: %s; see %s".formatted(e.getMessage(), connection.data.resolve("logs")));
        }
    }
}
