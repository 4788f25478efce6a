package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.FollowedLogs;
import io.talflow.gateway.log.FollowedPeers;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.gateway.log.PeerLogs;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.Json;
import io.talflow.tal.replay.HistoryFile;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/** Answers that go on until a task ends. Each keeps one of the server's threads. */
final class LogFollowers implements AutoCloseable {
    /** Who may follow at a time: users, and as many again for other nodes, whose users follow there. */
    private static final int MOST = 32;

    private static final long LOOK_MILLIS = 100;
    /** So often an empty line says that the connection lives; one that is silent for longer is closed. */
    private static final long SILENT_LOOKS = 15_000 / LOOK_MILLIS;
    /** How long the other nodes may take to learn of the task's end, after this one has. */
    private static final long LAST_WORDS_LOOKS = 10_000 / LOOK_MILLIS;

    private final String nodeId;
    private final TaskView view;
    private final Semaphore users = new Semaphore(MOST);
    private final Semaphore nodes = new Semaphore(MOST);
    private final CountDownLatch closed = new CountDownLatch(1);

    LogFollowers(String nodeId, TaskView view) {
        this.nodeId = nodeId;
        this.view = view;
    }

    /** @param gone nodes that cannot be asked at the end, and why */
    void everywhere(
            Context http, LogQuery query, FunctionLogs here, PeerLogs others, Supplier<Map<String, String>> gone) {
        if (view.task(query.task()).isEmpty()) {
            throw new GatewayFailure(GatewayError.UNKNOWN_TASK, "no task " + query.task());
        }
        admit(http, users, out -> {
            try (FollowedPeers peers = others.follow(query)) {
                everywhere(out, query, here.follow(query), peers);
                for (Map.Entry<String, String> node : gone.get().entrySet()) {
                    write(out, List.of(FollowedPeers.unreachable(node.getKey(), node.getValue())));
                }
            }
        });
    }

    /** For another node: the task may not be known here yet. */
    void here(Context http, LogQuery query, FunctionLogs here) {
        admit(http, nodes, out -> {
            FollowedLogs followed = here.follow(query);
            for (long look = 1; !hasEnded(query.task()); look++) {
                write(out, json(followed.next()));
                pause(out, look);
            }
            write(out, json(followed.rest()));
        });
    }

    private void everywhere(OutputStream out, LogQuery query, FollowedLogs here, FollowedPeers peers)
            throws IOException, InterruptedException {
        long look = 1;
        for (; !hasEnded(query.task()); look++) {
            write(out, json(here.next()));
            write(out, peers.next());
            pause(out, look);
        }
        write(out, json(here.rest()));
        write(out, peers.next());
        for (long end = look + LAST_WORDS_LOOKS; !peers.haveEnded() && look < end; look++) {
            pause(out, look);
            write(out, peers.next());
        }
        for (String node : peers.telling()) {
            write(out, List.of(FollowedPeers.unreachable(node, "node %s has not told all in time".formatted(node))));
        }
        write(out, peers.next());
    }

    private interface Answer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    private void admit(Context http, Semaphore places, Answer answer) {
        if (!places.tryAcquire()) {
            throw new GatewayFailure(
                    GatewayError.TOO_MANY_FOLLOWERS, "node %s has %d followers of logs".formatted(nodeId, MOST));
        }
        try {
            http.status(200).contentType(HistoryFile.MEDIA_TYPE);
            OutputStream out = http.res().getOutputStream();
            out.flush(); // the status goes now: it may be long until something is printed
            answer.write(out);
        } catch (IOException e) {
            abort(http, e); // who followed is gone, or the gateway stops
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort(http, new IOException("the gateway stops", e));
        } finally {
            places.release();
        }
    }

    /** An answer that is cut off must not look as if the task had ended. */
    private static void abort(Context http, IOException cause) {
        ServletContextRequest.getServletContextRequest(http.req())
                .getServletChannel()
                .abort(cause);
    }

    private void pause(OutputStream out, long look) throws IOException, InterruptedException {
        if (look % SILENT_LOOKS == 0) {
            out.write('\n');
        }
        out.flush();
        if (closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IOException("the gateway stops");
        }
    }

    private List<Map<String, Object>> json(List<FunctionLogs.Entry> entries) {
        List<Map<String, Object>> json = new ArrayList<>(entries.size());
        entries.forEach(entry -> json.add(LogsResource.json(entry, nodeId)));
        return json;
    }

    private static void write(OutputStream out, List<Map<String, Object>> lines) throws IOException {
        for (Map<String, Object> line : lines) {
            out.write(Json.bytes(line));
            out.write('\n');
        }
    }

    private boolean hasEnded(String task) {
        return view.endedAt(task).isPresent();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
