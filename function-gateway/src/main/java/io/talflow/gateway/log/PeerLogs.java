package io.talflow.gateway.log;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.auth.PeerHttp;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;

/** What functions printed on the other nodes, which are asked for it. */
public final class PeerLogs implements AutoCloseable {
    private static final int PER_NODE = 64;

    private final LongFunction<Map<String, String>> urls;
    private final PeerHttp http;
    private final ExecutorService threads = Executors.newCachedThreadPool(new DaemonThreads("peer-logs"));

    /**
     * What the other nodes have.
     *
     * @param entries as each node gives them
     * @param unreachable why they are not from there, by node
     */
    public record Answer(List<Map<String, Object>> entries, Map<String, String> unreachable) {}

    /**
     * @param urls base URLs, as known now, of the other nodes that have spoken since a time, by id
     * @throws IOException if the certificates to be trusted cannot be read
     */
    public PeerLogs(LongFunction<Map<String, String>> urls, PeerAccess access) throws IOException {
        this.urls = urls;
        http = new PeerHttp(access, PER_NODE);
    }

    /** The nodes that are asked, with their base URLs. */
    public Map<String, String> nodes(LogQuery query) {
        return urls.apply(query.since());
    }

    /** Asks all at once; blocks until each has answered or cannot be reached. */
    public Answer of(LogQuery query) {
        Map<String, CompletableFuture<List<Map<String, Object>>>> asked = new TreeMap<>();
        nodes(query)
                .forEach((node, url) ->
                        asked.put(node, CompletableFuture.supplyAsync(() -> entries(node, url, query), threads)));
        List<Map<String, Object>> entries = new ArrayList<>();
        Map<String, String> unreachable = new LinkedHashMap<>();
        asked.forEach((node, answer) -> {
            try {
                entries.addAll(answer.join());
            } catch (CompletionException e) {
                unreachable.put(node, e.getCause().getMessage());
            }
        });
        return new Answer(entries, unreachable);
    }

    /** The same as they come. */
    public FollowedPeers follow(LogQuery query) {
        return new FollowedPeers(this, query);
    }

    void execute(Runnable reading) {
        threads.execute(reading);
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> entries(String node, String url, LogQuery query) {
        try (ClassicHttpResponse response = open(node, request(url, query, false));
                InputStream content = response.getEntity().getContent()) {
            return (List<Map<String, Object>>)
                    Json.parseObject(content.readAllBytes()).get("logs");
        } catch (IOException | Json.NotJson e) {
            throw new CompletionException(e);
        }
    }

    HttpGet request(String url, LogQuery query, boolean follow) throws IOException {
        return http.get("%s/v1/logs?task=%s&function=%s&firing=%s&follow=%s"
                .formatted(url, encode(query.task()), encode(query.function()), encode(query.firing()), follow));
    }

    /** @throws IOException that says which node has not answered, or how */
    ClassicHttpResponse open(String node, HttpGet request) throws IOException {
        ClassicHttpResponse response;
        try {
            response = http.open(request);
        } catch (IOException e) {
            throw new IOException("node %s does not answer: %s".formatted(node, e.getMessage()), e);
        }
        if (response.getCode() == 200) {
            return response;
        }
        response.close();
        String hint = response.getCode() == 401 || response.getCode() == 403
                ? ": it wants a token of role node; give --peer-token-file FILE"
                : "";
        throw new IOException("node %s answers %d%s".formatted(node, response.getCode(), hint));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
        threads.shutdownNow();
    }
}
