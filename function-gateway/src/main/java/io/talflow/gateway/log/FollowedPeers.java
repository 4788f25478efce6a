package io.talflow.gateway.log;

import io.talflow.tal.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;

/**
 * What a task's functions print on the other nodes, each piece once. A node that cannot be reached is named, asked again and, when
 * it answers, read on from where it was. Not for several threads.
 */
public final class FollowedPeers implements AutoCloseable {
    /** Pieces that wait to be taken; then the nodes wait. */
    private static final int MOST_WAITING = 256;

    private static final long AGAIN_MILLIS = 1_000;

    private enum State {
        ASKED,
        UNREACHABLE,
        ENDED
    }

    private final PeerLogs logs;
    private final LogQuery query;
    private final Map<String, Peer> peers = new TreeMap<>();
    private final BlockingQueue<Map<String, Object>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CountDownLatch closed = new CountDownLatch(1);

    FollowedPeers(PeerLogs logs, LogQuery query) {
        this.logs = logs;
        this.query = query;
    }

    /** What has come since the last call: entries as a node gives them, or {@code {unreachable: {NODE: why}}}. */
    public List<Map<String, Object>> next() {
        for (String node : logs.nodes(query).keySet()) {
            peers.computeIfAbsent(node, id -> {
                Peer peer = new Peer(id);
                logs.execute(peer);
                return peer;
            });
        }
        List<Map<String, Object>> lines = new ArrayList<>();
        waiting.drainTo(lines);
        return lines;
    }

    /** Whether no node has more to say: each has said all, or cannot be reached. */
    public boolean haveEnded() {
        return telling().isEmpty();
    }

    /** The nodes that have not said all yet. */
    public List<String> telling() {
        return peers.values().stream()
                .filter(peer -> peer.state == State.ASKED)
                .map(peer -> peer.node)
                .toList();
    }

    /** What is told of a node that cannot be asked. */
    public static Map<String, Object> unreachable(String node, String why) {
        return Map.of("unreachable", Map.of(node, why));
    }

    @Override
    public void close() {
        closed.countDown();
        peers.values().forEach(Peer::close);
    }

    /** One node, on a thread of its own. */
    private final class Peer implements Runnable {
        private final String node;
        /** Characters that came of each attempt. */
        private final Map<String, Integer> told = new HashMap<>();

        private volatile State state = State.ASKED;
        private volatile HttpGet request;

        private Peer(String node) {
            this.node = node;
        }

        @Override
        public void run() {
            try {
                do {
                    read();
                } while (state != State.ENDED && !closed.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read() throws InterruptedException {
            try {
                request = logs.request(url(), query, true);
                try (ClassicHttpResponse response = logs.open(node, request);
                        BufferedReader lines = new BufferedReader(
                                new InputStreamReader(response.getEntity().getContent(), StandardCharsets.UTF_8))) {
                    state = State.ASKED;
                    tell(lines);
                    state = State.ENDED;
                }
            } catch (IOException | Json.NotJson e) {
                if (state != State.UNREACHABLE) {
                    put(unreachable(node, e.getMessage()));
                }
                state = State.UNREACHABLE;
            }
        }

        private String url() throws IOException {
            String url = logs.nodes(query).get(node);
            if (url == null) {
                throw new IOException("node %s has not been heard of for some time".formatted(node));
            }
            return url;
        }

        /** Each connection tells all from the beginning. */
        private void tell(BufferedReader lines) throws IOException, InterruptedException {
            Map<String, Integer> seen = new HashMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    tell(Json.parseObject(line.getBytes(StandardCharsets.UTF_8)), seen);
                }
            }
        }

        private void tell(Map<String, Object> entry, Map<String, Integer> seen) throws InterruptedException {
            String attempt = entry.get("firing") + "/" + entry.get("attempt");
            String text = String.valueOf(entry.get("text"));
            int begin = seen.getOrDefault(attempt, 0);
            int known = told.getOrDefault(attempt, 0);
            int end = begin + text.length() + (Boolean.TRUE.equals(entry.get("truncated")) ? 1 : 0);
            seen.put(attempt, end);
            if (end > known) {
                told.put(attempt, end);
                entry.put("text", text.substring(Math.min(text.length(), Math.max(0, known - begin))));
                put(entry);
            }
        }

        private void put(Map<String, Object> line) throws InterruptedException {
            while (!waiting.offer(line, AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                if (closed.getCount() == 0) {
                    throw new InterruptedException("nobody takes it any more");
                }
            }
        }

        private void close() {
            HttpGet asked = request;
            if (asked != null) {
                asked.cancel(); // to close the answer would read it to its end
            }
        }
    }
}
