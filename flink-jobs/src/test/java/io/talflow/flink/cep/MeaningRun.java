package io.talflow.flink.cep;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.cep.pattern.Pattern;

/** Runs a pattern by Flink and an expression by the executable semantics over the same events; each match as what it holds. */
final class MeaningRun {
    /** After the interpreter's first event. */
    private static final long START_MILLIS = 1_700_000_001_000L;

    private MeaningRun() {}

    static String flink(Pattern<String, ?> pattern, String events) throws Exception {
        List<String> matches = new ArrayList<>();
        try (StockNfa<String> nfa = new StockNfa<>(pattern, StringSerializer.INSTANCE)) {
            for (String event : events.split(" ", -1)) {
                String[] parts = event.split("@", -1);
                nfa.offer(parts[0], Long.parseLong(parts[1]))
                        .matches()
                        .forEach(match -> matches.add(String.join("", match)));
            }
        }
        return String.join(" ", matches);
    }

    static String tal(String when, String events) {
        String text = """
                tal: 1
                workflow: meanings
                events: {A: {type: e.A}, B: {type: e.B}, C: {type: e.C}, D: {type: e.D}, E: {type: e.E}}
                rules:
                  - {when: %s, fires: each, do: {emit: {type: e.fired, data: "${ events.map(e, e.id) }"}}}
                  - {when: {event: E}, do: {complete: 1}}
                """.formatted(when);
        List<String> fired = new ArrayList<>();
        try (NfaMatcher matcher = new NfaMatcher()) {
            Interpreter task =
                    new Interpreter(Formats.load("meanings.yaml", text.getBytes(StandardCharsets.UTF_8)), matcher);
            task.start("k", Map.of());
            for (String event : events.split(" ", -1)) {
                String[] parts = event.split("@", -1);
                TalEvent told = TalEvent.engine(parts[0], "/test", "e." + parts[0].charAt(0), "meanings/k", Map.of());
                task.on(told, START_MILLIS + Long.parseLong(parts[1])).forEach(effect -> {
                    if (effect instanceof Effect.Emit emit) {
                        List<?> ids = (List<?>) emit.event().value();
                        fired.add(String.join(
                                "", ids.stream().map(Object::toString).toList()));
                    }
                });
            }
        }
        return String.join(" ", fired);
    }
}
