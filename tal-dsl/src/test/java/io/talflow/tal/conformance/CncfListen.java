package io.talflow.tal.conformance;

import io.talflow.tal.conformance.Jq.Inexpressible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a {@code listen} waits for: one event of several, or all of them. */
final class CncfListen {
    /** Alias of the event that carries the task's input. */
    static final String BEGUN = "begun";

    private static final Map<String, String> INPUT = Map.of("input", BEGUN + ".data.v");

    private final String kind;
    private final List<?> filters;
    private final Map<String, Object> declared;

    /**
     * @param to of the document: {@code any}, {@code all} or {@code one}
     * @param declared the events that the workflow hears
     */
    CncfListen(Map<?, ?> to, Map<String, Object> declared) {
        this.kind = List.of("any", "all", "one").stream()
                .filter(to::containsKey)
                .findFirst()
                .orElseThrow(() -> new Inexpressible("listen to " + to.keySet()));
        this.filters = to.get(kind) instanceof List<?> several ? several : List.of(to.get(kind));
        this.declared = declared;
        Object until = to.get("until");
        if (until != null && !until.toString().replace(" ", "").equals("(.|length)>0")) {
            throw new Inexpressible("listen until " + until);
        }
    }

    Object expression() {
        List<Object> leaves = new ArrayList<>();
        for (int index = 0; index < filters.size(); index++) {
            leaves.add(leaf((Map<?, ?>) ((Map<?, ?>) filters.get(index)).get("with"), alias(index)));
        }
        if (leaves.isEmpty()) {
            declared.forEach((name, declaration) -> {
                if (((Map<?, ?>) declaration).containsKey("topic")) {
                    leaves.add(Map.of("event", name));
                }
            });
        }
        return kind.equals("all") ? Map.of("all", leaves, "as", "heard") : Map.of("any", leaves, "as", "heard");
    }

    private static Object leaf(Map<?, ?> with, String alias) {
        Map<String, Object> leaf = new LinkedHashMap<>();
        leaf.put("event", CncfTal.heardAs(with.get("type").toString()));
        leaf.put("as", alias);
        if (with.get("data") instanceof String filter) {
            leaf.put("if", "${ %s }".formatted(Jq.toCel(Jq.unwrapped(filter), "event.data", INPUT)));
        }
        return leaf;
    }

    /**
     * The task's output, the data of what was heard, as CEL.
     *
     * @param foreach what is made of each; null: nothing
     */
    String output(Map<?, ?> foreach) {
        List<String> heard = kind.equals("all")
                ? IntStream.range(0, filters.size())
                        .mapToObj(index -> alias(index) + ".data")
                        .toList()
                : List.of("heard.data");
        return heard.stream()
                .map(data -> foreach == null ? data : made(foreach, data))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String made(Map<?, ?> foreach, String data) {
        Map<?, ?> only = (Map<?, ?>) ((List<?>) foreach.get("do")).get(0);
        if (!(only.values().iterator().next() instanceof Map<?, ?> task) || !task.containsKey("set")) {
            throw new Inexpressible("foreach " + only);
        }
        return Jq.literal(task.get("set"), data, Map.of(foreach.get("item").toString(), data));
    }

    private static String alias(int index) {
        return "heard" + index;
    }
}
