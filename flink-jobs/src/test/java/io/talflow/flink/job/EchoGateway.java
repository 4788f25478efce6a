package io.talflow.flink.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A gateway whose every function gives back its input. */
final class EchoGateway implements AutoCloseable {
    private final HttpServer server;
    private final LocalKafka kafka;
    private final Set<String> journal = ConcurrentHashMap.newKeySet();

    private EchoGateway(HttpServer server, LocalKafka kafka) {
        this.server = server;
        this.kafka = kafka;
    }

    static EchoGateway start(LocalKafka kafka) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        EchoGateway gateway = new EchoGateway(server, kafka);
        server.createContext("/v1/firings", gateway::firings);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        return gateway;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The firings it was sent, each once. */
    Set<String> firings() {
        return Set.copyOf(journal);
    }

    private void firings(HttpExchange exchange) throws IOException {
        Map<String, Object> body = Json.parseObject(exchange.getRequestBody().readAllBytes());
        List<Object> results = new ArrayList<>();
        for (Object each : (List<?>) body.get("firings")) {
            Map<?, ?> firing = (Map<?, ?>) each;
            String id = String.valueOf(firing.get("firing"));
            results.add(Map.of("firing", id, "accepted", true));
            if (journal.add(id)) {
                complete(firing);
            }
        }
        byte[] answer = Json.bytes(Map.of("results", results));
        exchange.sendResponseHeaders(202, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private void complete(Map<?, ?> firing) throws IOException {
        String id = String.valueOf(firing.get("firing"));
        String task = String.valueOf(firing.get("task"));
        int attempt = ((Number) firing.get("attempt")).intValue();
        TalEvent event = new TalEvent(
                id + "/" + attempt,
                "/talflow/" + task,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                task,
                id,
                attempt,
                Map.of("talnode", "echo", "talbegan", "0"),
                Json.bytes(firing.get("input")));
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.EVENTS, task.getBytes(StandardCharsets.UTF_8), event.data());
        CloudEventCodec.headers(event).forEach(record.headers()::add);
        try {
            kafka.send(record);
        } catch (Exception e) {
            throw new IOException("cannot append the completion of " + id, e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
