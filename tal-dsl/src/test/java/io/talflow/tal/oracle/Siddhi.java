package io.talflow.tal.oracle;

import io.siddhi.core.SiddhiAppRuntime;
import io.siddhi.core.SiddhiManager;
import io.siddhi.core.event.Event;
import io.siddhi.core.query.output.callback.QueryCallback;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Runs a SiddhiQL pattern over a raw log; each match as the ids it selects, in order. */
final class Siddhi implements AutoCloseable {
    /** One stream for each type, and {@code S} with all of them, where the order of all matters. */
    private static final String STREAMS = """
            define stream T (id string, type string, n int); define stream A (id string, type string, n int);
            define stream B (id string, type string, n int); define stream C (id string, type string, n int);
            define stream S (id string, type string, n int);
            @info(name = 'q') from %s select %s insert into O;
            """;

    private final SiddhiManager manager = new SiddhiManager();

    /**
     * The matches.
     *
     * @param pattern may begin with the event T, which comes before all others
     * @param select attributes, each an event's id
     */
    List<List<String>> matches(String pattern, String select, List<RawEvent> log) {
        List<List<String>> matches = new ArrayList<>();
        SiddhiAppRuntime app = manager.createSiddhiAppRuntime(STREAMS.formatted(pattern, select));
        try {
            app.addCallback("q", new QueryCallback() {
                @Override
                public void receive(long time, Event[] current, Event[] expired) {
                    for (Event event : current) {
                        matches.add(Arrays.stream(event.getData())
                                .filter(Objects::nonNull)
                                .map(Object::toString)
                                .toList());
                    }
                }
            });
            app.start();
            send(app, "T", "start", 0);
            log.forEach(event -> send(app, event.name(), event.id(), (int) event.n()));
        } finally {
            app.shutdown();
        }
        return matches;
    }

    private static void send(SiddhiAppRuntime app, String type, String id, int n) {
        for (String stream : List.of(type, "S")) {
            try {
                app.getInputHandler(stream).send(new Object[] {id, type, n});
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while sending " + id, e);
            }
        }
    }

    @Override
    public void close() {
        manager.shutdown();
    }
}
