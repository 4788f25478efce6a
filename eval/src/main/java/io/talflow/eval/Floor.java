package io.talflow.eval;

import io.talflow.eval.Latencies.Trace;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/** The bare loop on a broker: Kafka, Flink with RocksDB, HttpClient, an HTTP server, and no Talflow in it. */
final class Floor implements AutoCloseable {
    static final String EVENTS = "floor.events";
    static final String ENDS = "floor.ends";
    private static final int PARTITIONS = 4;

    private final AtomicLong tasks = new AtomicLong();
    private final FloorServer server;
    private final JobClient job;
    private final LogTail tail;

    private Floor(FloorServer server, JobClient job, LogTail tail) {
        this.server = server;
        this.job = job;
        this.tail = tail;
    }

    static Floor start(String bootstrap, int hops, int parallelism, Path checkpoints) throws Exception {
        topics(bootstrap, EVENTS, ENDS);
        FloorServer server = new FloorServer(bootstrap);
        JobClient job = FloorJob.start(bootstrap, server.url(), hops, parallelism, checkpoints);
        return new Floor(server, job, new LogTail(bootstrap, EVENTS, ENDS, record -> true));
    }

    static void topics(String bootstrap, String... names) throws Exception {
        Map<String, String> config = Map.of("message.timestamp.type", "LogAppendTime");
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            admin.createTopics(Stream.of(names)
                            .map(name -> new NewTopic(name, PARTITIONS, (short) 1).configs(config))
                            .toList())
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    Trace task(byte[] body) throws InterruptedException {
        FloorEvent start = new FloorEvent("floor-" + tasks.incrementAndGet(), 0, body);
        return tail.run(start.task(), () -> server.send(start));
    }

    @Override
    public void close() throws Exception {
        tail.close();
        job.cancel().get(30, TimeUnit.SECONDS);
        server.close();
    }
}
