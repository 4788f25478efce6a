package io.talflow.function;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A handler as an HTTP server that speaks the function contract (docs/functions.md): a POST to any path is a call, several
 * at once; a GET answers 200, for probes. A call is cancelled when its connection ends, which is what the gateway does at
 * the timeout.
 */
public final class FunctionServer implements AutoCloseable {
    private static final int BACKLOG = 1_024;
    private static final Duration LAST_ANSWERS = Duration.ofMinutes(1);

    private final Replies replies;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ServerSocket listener = new ServerSocket();
    private final ExecutorService threads = Executors.newCachedThreadPool(FunctionServer::daemon);
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /**
     * Listens from now on; serves when {@link #serve} is called.
     *
     * @param port 0 takes a free one
     */
    public FunctionServer(Handler handler, int port) throws IOException {
        replies = new Replies(handler);
        listener.bind(new InetSocketAddress(port), BACKLOG);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Returns when it was closed and what ran has answered. */
    public void serve() throws IOException {
        while (!stopping) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                if (stopping) {
                    break;
                }
                throw e;
            }
            Connection connection = new Connection(socket, this);
            connections.add(connection);
            threads.execute(connection);
            if (stopping) {
                connection.stop();
            }
        }
        awaitAnswers();
    }

    private void awaitAnswers() {
        threads.shutdown();
        try {
            boolean ended = threads.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                System.err.println("talflow: a handler does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes no more calls and cancels those that run. */
    @Override
    public void close() throws IOException {
        stopping = true;
        listener.close();
        connections.forEach(Connection::stop);
    }

    boolean isStopping() {
        return stopping;
    }

    void ended(Connection connection) {
        connections.remove(connection);
    }

    ExecutorService threads() {
        return threads;
    }

    Replies replies() {
        return replies;
    }

    /** @throws Request.Malformed if a header breaks its rule */
    Context context(Request request) throws Request.Malformed {
        Optional<String> gateway = Optional.ofNullable(request.headers().get("x-talflow-runtime"));
        Optional<Signals> signals =
                gateway.map(url -> new Signals(http, url, request.headers().getOrDefault("x-talflow-token", "")));
        try {
            return new Context(request.headers(), signals, gateway.map(URI::create), Clock.systemUTC());
        } catch (IllegalArgumentException e) {
            throw new Request.Malformed("400 Bad Request", "a header breaks its rule: " + e.getMessage());
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "function");
        thread.setDaemon(true);
        return thread;
    }
}
