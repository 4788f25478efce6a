package io.talflow.eval;

import io.talflow.gateway.ValueOptions;
import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.data.DataProxy;
import io.talflow.gateway.data.Peers;
import io.talflow.gateway.data.Place;
import io.talflow.gateway.data.Producers;
import io.talflow.gateway.data.Reading;
import io.talflow.gateway.data.Tasks;
import io.talflow.gateway.data.Wanted;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The ways of values by size and number of readers. Readers on the value's own node are functions there; readers on other
 * nodes are the data proxies of as many nodes, which all read at once.
 */
final class DataGrid implements AutoCloseable {
    private static final int MOST_INLINE = 64 * 1024;
    private static final int SMALL = 16 << 20;
    /** Measurements of a way in a cell; of a large value one. */
    private static final int TIMES = 5;

    private static final String PRODUCER = "node-1";

    private final TwoNodes nodes;
    private final Path source;
    private final List<DataProxy> readers = new ArrayList<>();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;
    private final List<Integer> fanOuts;
    private int tasks;

    /** @param fanOuts numbers of readers */
    DataGrid(TwoNodes nodes, Path scratch, String remote, List<Integer> fanOuts) throws IOException {
        this.fanOuts = List.copyOf(fanOuts);
        int mostReaders = Collections.max(fanOuts);
        this.nodes = nodes;
        source = scratch.resolve("source");
        threads = Executors.newFixedThreadPool(mostReaders);
        Peers peers = new Peers(() -> Map.of(PRODUCER, nodes.url(0)), PeerAccess.NONE);
        ValueOptions options =
                new ValueOptions(8L << 20, 1L << 30, remote, Duration.ZERO, Duration.ofSeconds(15), Map.of());
        for (int i = 0; i < mostReaders; i++) {
            String id = "reader-" + i;
            readers.add(new DataProxy(
                    scratch.resolve(id),
                    options,
                    id,
                    peers,
                    new EndedTasks(ended),
                    firing -> new Producers.Ended(0, "there are no functions"),
                    Clock.systemUTC()));
        }
    }

    /** There is no job to ask: what a task has goes when it ends. */
    private record EndedTasks(Set<String> ended) implements Tasks {
        @Override
        public OptionalLong endedAt(String task) {
            return ended.contains(task) ? OptionalLong.of(0) : OptionalLong.empty();
        }

        @Override
        public Optional<GivenBack> givenBack(String task) {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers) {
            return CompletableFuture.completedFuture(List.of());
        }
    }

    /** Lets both nodes, and the readers, see what each way costs. The producer reads, too: what it expects of others is what it found. */
    void learn(List<Integer> sizes) throws Exception {
        for (int size : sizes) {
            if (size <= MOST_INLINE) {
                continue;
            }
            Copies.fill(source, size);
            for (boolean replicate : new boolean[] {false, true}) {
                String task = "t" + tasks++;
                Object reference = put(1, task, 1, replicate).get("reference");
                nodes.call(0, task, "get", Map.of("reference", replicate ? moved(reference, "node-2") : reference));
                nodes.end(task);
            }
            if (size <= SMALL) {
                other(readers.size(), false);
                other(readers.size(), true);
            }
            settle();
        }
    }

    /** {@code same_SIZE_xN_…} and {@code other_SIZE_xN_…} of each cell, and over all the worst choice and who wins how often. */
    Map<String, Double> metrics(List<Integer> sizes) throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        Map<String, Double> wins = new LinkedHashMap<>(Map.of("local", 0.0, "direct", 0.0, "remote", 0.0));
        double worst = 1;
        for (int size : sizes) {
            Copies.fill(source, size);
            for (int fanOut : fanOuts) {
                String name = "%s_x%d_".formatted(DataCommand.name(size), fanOut);
                Map<String, List<Double>> seen = cell(size, fanOut, size > SMALL ? 1 : TIMES);
                if (size <= MOST_INLINE) {
                    metrics.put("same_" + name + "event_ms", median(seen.get("event")));
                    continue;
                }
                double local = median(seen.get("local"));
                double direct = median(seen.get("direct"));
                double remote = median(seen.get("remote"));
                metrics.put("same_" + name + "local_ms", local);
                metrics.put("other_" + name + "direct_ms", direct);
                metrics.put("other_" + name + "remote_ms", remote);
                double best = Math.min(direct, remote);
                double chosen =
                        chose(seen, "remote") ? remote : chose(seen, "direct") ? direct : median(seen.get("auto"));
                metrics.put("other_" + name + "choice_over_best", chosen / best);
                metrics.put("same_" + name + "choice_over_best", local / Math.min(local, best));
                worst = Math.max(worst, Math.max(chosen / best, local / Math.min(local, best)));
                wins.merge(direct <= remote ? "direct" : "remote", 1.0, Double::sum);
                wins.merge(local <= best ? "local" : direct <= remote ? "direct" : "remote", 1.0, Double::sum);
            }
        }
        wins.forEach((way, count) -> metrics.put(way + "_wins", count));
        metrics.put("choice_over_best_max", worst);
        return metrics;
    }

    private static boolean chose(Map<String, List<Double>> seen, String way) {
        return 2 * seen.getOrDefault("chose_" + way, List.of()).size()
                > seen.get("auto").size();
    }

    /** What each way took, in milliseconds, in turn. */
    private Map<String, List<Double>> cell(int size, int fanOut, int times) throws Exception {
        Map<String, List<Double>> seen = new LinkedHashMap<>();
        for (int i = 0; i < times; i++) {
            for (String kind : size <= MOST_INLINE ? List.of("event") : List.of("local", "direct", "remote", "auto")) {
                double millis = switch (kind) {
                    case "direct" -> other(fanOut, false).millis();
                    case "remote" -> other(fanOut, true).millis();
                    case "auto" -> chosen(seen, other(fanOut, null));
                    default -> same(fanOut);
                };
                seen.computeIfAbsent(kind, any -> new ArrayList<>()).add(millis);
                if (size > SMALL) {
                    settle();
                }
            }
        }
        settle();
        return seen;
    }

    /** Counts what was chosen, under its own name; what it took is measured by itself, more often. */
    private static double chosen(Map<String, List<Double>> seen, Read read) {
        seen.computeIfAbsent("chose_" + read.way(), any -> new ArrayList<>()).add(read.millis());
        return read.millis();
    }

    static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(one -> one).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** What a hand-over took, and the way that most readers went. */
    private record Read(double millis, String way) {}

    /** The readers' node has it already: the first of the readers, which fetched it before the clock ran. */
    private double same(int fanOut) throws Exception {
        String task = "t" + tasks++;
        Map<String, Object> put = put(0, task, 0, false);
        double millis = seconds(put) * 1e3;
        if (((Map<?, ?>) ((Map<?, ?>) put.get("reference")).get("$data")).containsKey("href")) {
            Wanted wanted = wanted(put.get("reference"));
            DataProxy node = readers.get(0);
            node.get(Reading.own(TwoNodes.WORKFLOW + "/" + task, "reader"), wanted);
            millis += read(task, wanted, Collections.nCopies(fanOut, node));
        }
        end(task);
        return millis;
    }

    /** @param replicate null: as the nodes choose */
    private Read other(int fanOut, Boolean replicate) throws Exception {
        String task = "t" + tasks++;
        Map<String, Object> put = put(0, task, fanOut, replicate);
        Object reference =
                Boolean.TRUE.equals(replicate) ? moved(put.get("reference"), PRODUCER) : put.get("reference");
        Wanted wanted = wanted(reference);
        double millis = seconds(put) * 1e3 + read(task, wanted, readers.subList(0, fanOut));
        Map<String, Object> known = readers.get(0).ofTask(TwoNodes.WORKFLOW + "/" + task);
        String way = String.valueOf(((Map<?, ?>) ((List<?>) known.get("reads")).get(0)).get("way"));
        end(task);
        return new Read(millis, wanted.replica() && way.equals("direct") ? "remote_for_nothing" : way);
    }

    /** All at once. @return milliseconds until the last has it */
    private double read(String task, Wanted wanted, List<DataProxy> by) throws Exception {
        List<Callable<Object>> reads = by.stream()
                .map(reader -> (Callable<Object>) () -> reader.file(
                                Reading.own(TwoNodes.WORKFLOW + "/" + task, "reader"), wanted, Place.HERE)
                        .orElseThrow())
                .toList();
        long began = System.nanoTime();
        for (Future<Object> read : threads.invokeAll(reads)) {
            read.get();
        }
        return (System.nanoTime() - began) / 1e6;
    }

    private void end(String task) throws Exception {
        ended.add(TwoNodes.WORKFLOW + "/" + task);
        nodes.end(task);
    }

    /** Waits until the values of the last task are gone everywhere, so that the system does not write to its disk meanwhile. */
    void settle() throws Exception {
        nodes.awaitFreed("t" + (tasks - 1));
        for (DataProxy reader : readers) {
            while (reader.diskUsed() > 0) {
                nodes.pass(Duration.ofMillis(50));
            }
        }
    }

    private Map<String, Object> put(int node, String task, int readingNodes, Boolean replicate) throws Exception {
        Map<String, Object> input = new HashMap<>();
        input.put("file", source.toString());
        input.put("nodes", (long) readingNodes);
        input.put("replicate", replicate);
        return nodes.call(node, task, "put", input);
    }

    private static double seconds(Map<String, Object> result) {
        return ((Number) result.get("seconds")).doubleValue();
    }

    /** The reference as if its node were gone, so that only the remote store is left. */
    static Map<String, Object> moved(Object reference, String node) {
        Map<String, Object> data = new LinkedHashMap<>();
        ((Map<?, ?>) ((Map<?, ?>) reference).get("$data"))
                .forEach((name, value) -> data.put(String.valueOf(name), value));
        data.computeIfPresent("href", (name, href) -> String.valueOf(href).replace("/" + node + "/", "/gone/"));
        return Map.of("$data", data);
    }

    private static Wanted wanted(Object reference) {
        URI href = URI.create(String.valueOf(((Map<?, ?>) ((Map<?, ?>) reference).get("$data")).get("href")));
        String[] path = href.getPath().split("/");
        Map<String, String> parameters = new HashMap<>();
        Arrays.stream(href.getRawQuery().split("&"))
                .map(parameter -> parameter.split("=", 2))
                .forEach(pair -> parameters.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        return Wanted.parse(path[path.length - 2], path[path.length - 1], parameters::get);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        readers.forEach(DataProxy::close);
    }
}
