package io.talflow.eval;

import io.javalin.Javalin;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The bare loop's other half: what the gateway would be if it did nothing but produce the next event. */
final class FloorServer implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final Javalin http;

    FloorServer(String bootstrap) {
        producer = producer(bootstrap);
        http = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.host = "127.0.0.1";
            config.routes.post("/{task}", request -> {
                byte[] key = request.pathParam("task").getBytes(StandardCharsets.UTF_8);
                FloorEvent event = FloorEvent.of(key, request.bodyAsBytes());
                send(new FloorEvent(event.task(), event.hop() + 1, event.body()));
                request.status(202);
            });
        });
        http.start(0);
    }

    static Producer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    String url() {
        return "http://127.0.0.1:" + http.port();
    }

    void send(FloorEvent event) {
        Future<?> unused = producer.send(new ProducerRecord<>(Floor.EVENTS, event.key(), event.value()));
    }

    @Override
    public void close() {
        http.stop();
        producer.close();
    }
}
