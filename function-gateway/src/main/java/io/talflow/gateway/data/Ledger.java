package io.talflow.gateway.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** What this node knows of the ways that a task's values took; until the task's values are freed. */
final class Ledger {
    /** Bound on what is remembered of one task: values, and readings. */
    static final int MOST = 1_000;

    /**
     * A value that a function of this node put.
     *
     * @param id empty: it travels in the event
     * @param function {@code WORKFLOW/FUNCTION}
     */
    record Put(
            String id,
            String firing,
            String name,
            String function,
            String type,
            long bytes,
            boolean replica,
            String why,
            Set<String> readers) {}

    /**
     * A value that a function of this node read.
     *
     * @param node that it was put on
     * @param firing that read it
     */
    record Got(String id, String node, String firing, Way way, Handed handed, String why, long bytes, long nanos) {}

    /** How a function is given a value that is on its node. */
    enum Handed {
        FILE,
        STREAM
    }

    private static final class OfTask {
        private final List<Put> puts = new ArrayList<>();
        private final List<Got> gots = new ArrayList<>();
    }

    private final String nodeId;
    private final Map<String, OfTask> tasks = new ConcurrentHashMap<>();

    Ledger(String nodeId) {
        this.nodeId = nodeId;
    }

    void put(String task, Put put) {
        add(task, of -> of.puts, put);
    }

    void got(String task, Got got) {
        add(task, of -> of.gots, got);
    }

    private <T> void add(String task, java.util.function.Function<OfTask, List<T>> list, T entry) {
        OfTask of = tasks.computeIfAbsent(task, id -> new OfTask());
        synchronized (of) {
            if (list.apply(of).size() < MOST) {
                list.apply(of).add(entry);
            }
        }
    }

    /** Another node asked for a value. */
    void readBy(String task, String id, String reader) {
        OfTask of = tasks.get(task);
        if (of == null) {
            return;
        }
        synchronized (of) {
            of.puts.stream()
                    .filter(put -> put.id().equals(id))
                    .forEach(put -> put.readers().add(reader));
        }
    }

    /** Forgets a task. What its values were read by is told, of those that had only one way to go. */
    void forget(String task, BiConsumer<String, Integer> readers) {
        OfTask of = tasks.remove(task);
        if (of == null) {
            return;
        }
        synchronized (of) {
            for (Put put : of.puts) {
                if (!put.replica() && !put.id().isEmpty()) {
                    readers.accept(put.function(), put.readers().size());
                }
            }
        }
    }

    Set<String> tasks() {
        return new HashSet<>(tasks.keySet());
    }

    /**
     * {@code {values: […], reads: […]}}.
     *
     * @param held whether this node has the value of an id
     */
    Map<String, Object> json(String task, Predicate<String> held) {
        List<Object> values = new ArrayList<>();
        List<Object> reads = new ArrayList<>();
        OfTask of = tasks.get(task);
        if (of != null) {
            synchronized (of) {
                of.puts.forEach(put -> values.add(json(put, held.test(put.id()))));
                of.gots.forEach(got -> reads.add(json(got)));
            }
        }
        return Map.of("values", values, "reads", reads);
    }

    private Map<String, Object> json(Put put, boolean held) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", put.id());
        json.put("name", put.name());
        json.put("firing", put.firing());
        json.put("node", nodeId);
        json.put("type", put.type());
        json.put("bytes", put.bytes());
        json.put("replica", put.replica());
        json.put("held", held);
        json.put("why", put.why());
        return json;
    }

    private Map<String, Object> json(Got got) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", got.id());
        json.put("firing", got.firing());
        json.put("node", nodeId);
        json.put("from", got.way() == Way.REMOTE ? "remote store" : got.way() == Way.DIRECT ? got.node() : nodeId);
        json.put("way", got.way().name().toLowerCase(java.util.Locale.ROOT));
        json.put("as", got.handed().name().toLowerCase(java.util.Locale.ROOT));
        json.put("why", got.why());
        json.put("bytes", got.bytes());
        json.put("micros", got.nanos() / 1_000);
        return json;
    }
}
