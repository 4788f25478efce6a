package io.talflow.tal.conformance;

import io.talflow.tal.Datasets;
import io.talflow.tal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SeBS-Flow's 660.map-reduce: its definition, and its four functions as its paper tells them. Mappers write (word, part) objects to a
 * store; {@code shuffle} lists the words; a reducer for each word adds up what the mappers wrote.
 */
public final class MapReduce {
    private static final List<String> WORDS = List.of("cat", "dog", "bird", "horse", "pig");
    private static final long MAPPERS = 3;

    private final Map<String, Map<Long, Long>> store = new ConcurrentHashMap<>();
    private final long seed;

    /** @param seed of the order of words */
    public MapReduce(long seed) {
        this.seed = seed;
    }

    /** The file's definition as TAL. */
    public static String text() {
        byte[] definition = Datasets.read(Datasets.folder("sebs-flow").resolve("660.map-reduce/definition.json"));
        return Json.pretty(SebsTal.of("map-reduce", Json.parseObject(definition)));
    }

    /** @param each how often each of the five words occurs */
    public static Map<String, Object> input(long each) {
        return Map.of("words", WORDS, "each", each, "mappers", MAPPERS);
    }

    /** The known answer: each word as often as it was put in. */
    public static Map<String, Object> answer(long each) {
        List<Object> counts = new ArrayList<>();
        WORDS.stream().sorted().forEach(word -> counts.add(Map.of("word", word, "count", each)));
        return Map.of("list", counts);
    }

    /** What a function gives back. */
    public Object call(String function, Object input) {
        Map<?, ?> payload = (Map<?, ?>) input;
        return switch (function) {
            case "split" -> split(payload);
            case "map" -> map(payload);
            case "shuffle" ->
                Map.of(
                        "list",
                        store.keySet().stream()
                                .sorted()
                                .map(word -> (Object) Map.of("word", word))
                                .toList());
            case "reduce" ->
                Map.of(
                        "word",
                        payload.get("word"),
                        "count",
                        store.get(payload.get("word")).values().stream()
                                .mapToLong(Long::longValue)
                                .sum());
            default -> throw new IllegalArgumentException(function);
        };
    }

    private Object split(Map<?, ?> input) {
        long mappers = (Long) input.get("mappers");
        List<Object> parts = new ArrayList<>();
        for (long part = 0; part < mappers; part++) {
            parts.add(Map.of("part", part, "of", mappers, "each", input.get("each"), "words", input.get("words")));
        }
        return Map.of("list", parts);
    }

    /** Counts its part of the words, which lie in an order of the seed. */
    private Object map(Map<?, ?> input) {
        List<?> words = (List<?>) input.get("words");
        long part = (Long) input.get("part");
        long[] left = new long[words.size()];
        java.util.Arrays.fill(left, (Long) input.get("each"));
        Map<String, Long> counts = new TreeMap<>();
        Random random = new Random(seed);
        long total = words.size() * (Long) input.get("each");
        for (long position = 0; position < total; position++) {
            int word = random.nextInt(left.length);
            while (left[word] == 0) {
                word = (word + 1) % left.length;
            }
            left[word]--;
            if (position * (Long) input.get("of") / total == part) {
                counts.merge(words.get(word).toString(), 1L, Long::sum);
            }
        }
        counts.forEach((word, count) ->
                store.computeIfAbsent(word, any -> new ConcurrentHashMap<>()).put(part, count));
        return Map.of("part", part);
    }
}
