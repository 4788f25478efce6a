package io.talflow.flink.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A gateway whose every function gives back at once what a test says, its input if it says nothing. */
final class EchoGateway implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LocalKafka kafka;
    private final Function<Map<?, ?>, Object> results;
    private final Map<String, Integer> journal = new ConcurrentHashMap<>();
    private final Set<String> withdrawn = ConcurrentHashMap.newKeySet();
    private final Deque<Map<?, ?>> held = new ArrayDeque<>();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private int allowed = Integer.MAX_VALUE;

    private EchoGateway(HttpServer server, LocalKafka kafka, Function<Map<?, ?>, Object> results) {
        this.server = server;
        this.kafka = kafka;
        this.results = results;
    }

    static EchoGateway start(LocalKafka kafka) throws IOException {
        return start(kafka, firing -> firing.get("input"));
    }

    /** @param results gives what a function gives back, from the firing as the job sends it */
    static EchoGateway start(LocalKafka kafka, Function<Map<?, ?>, Object> results) throws IOException {
        return start(kafka, results, 0);
    }

    /** @param port 0: any */
    static EchoGateway start(LocalKafka kafka, Function<Map<?, ?>, Object> results, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        EchoGateway gateway = new EchoGateway(server, kafka, results);
        server.createContext("/v1/firings", gateway::firings);
        server.setExecutor(gateway.threads);
        server.start();
        return gateway;
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** How often it was told each firing. */
    Map<String, Integer> told() {
        return Map.copyOf(journal);
    }

    /** The firings of a task it was told, each once. */
    List<String> firings(String task) {
        return journal.keySet().stream().filter(id -> id.startsWith(task + "@")).toList();
    }

    /** The attempts it was asked to stop. */
    Set<String> withdrawn() {
        return Set.copyOf(withdrawn);
    }

    /** It takes what the next calls bring, and closes their connections instead of an answer. */
    void loseAnswers(int calls) {
        answersToLose.set(calls);
    }

    /** After so many more completions functions run on until {@link #release}. */
    synchronized void hold(int completions) {
        allowed = completions;
    }

    /** How many functions run. */
    synchronized int holding() {
        return held.size();
    }

    /** Completes what runs, and everything from now on. */
    void release() throws Exception {
        List<Map<?, ?>> running;
        synchronized (this) {
            allowed = Integer.MAX_VALUE;
            running = new ArrayList<>(held);
            held.clear();
        }
        complete(running);
    }

    /** Completes the function that has run longest. */
    void releaseOne() throws Exception {
        Map<?, ?> eldest;
        synchronized (this) {
            eldest = held.remove();
        }
        complete(List.of(eldest));
    }

    private void firings(HttpExchange exchange) throws IOException {
        Map<String, Object> body = Json.parseObject(exchange.getRequestBody().readAllBytes());
        List<Map<?, ?>> ended = new ArrayList<>();
        for (Object each : (List<?>) body.get("withdrawals")) {
            Map<?, ?> attempt = (Map<?, ?>) each;
            withdrawn.add("%s/%s".formatted(attempt.get("firing"), attempt.get("attempt")));
        }
        for (Object each : (List<?>) body.get("firings")) {
            Map<?, ?> firing = (Map<?, ?>) each;
            String id = String.valueOf(firing.get("firing"));
            if (journal.merge(id, 1, Integer::sum) == 1 && mayEnd(firing)) {
                ended.add(firing);
            }
        }
        try {
            complete(ended);
        } catch (Exception e) {
            throw new IOException("cannot append completions", e);
        }
        if (answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            exchange.sendResponseHeaders(202, -1);
        }
        exchange.close();
    }

    private synchronized boolean mayEnd(Map<?, ?> firing) {
        if (allowed > 0) {
            allowed--;
            return true;
        }
        held.add(firing);
        return false;
    }

    private void complete(List<Map<?, ?>> firings) throws Exception {
        List<Future<?>> written = new ArrayList<>();
        for (Map<?, ?> firing : firings) {
            TalEvent event = completion(firing);
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(Topics.EVENTS, event.task().getBytes(StandardCharsets.UTF_8), event.data());
            CloudEventCodec.headers(event).forEach(record.headers()::add);
            written.add(kafka.sendLater(record));
        }
        for (Future<?> each : written) {
            each.get();
        }
    }

    private TalEvent completion(Map<?, ?> firing) {
        String id = String.valueOf(firing.get("firing"));
        String task = String.valueOf(firing.get("task"));
        int attempt = ((Number) firing.get("attempt")).intValue();
        return new TalEvent(
                id + "/" + attempt,
                "/talflow/" + task,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                task,
                id,
                attempt,
                Map.of("talnode", url(), "talbegan", "0"),
                Json.bytes(results.apply(firing)));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
