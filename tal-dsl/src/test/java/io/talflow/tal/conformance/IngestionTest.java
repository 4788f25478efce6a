package io.talflow.tal.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The shape of Triggerflow's docs/EXPERIMENTS.md: one type, a subject for each join, as many events for each in turn. The full
 * size, 200 joins, is a benchmark.
 */
@DisplayName("Triggerflow's ingestion test, joins of 1,000 events of one type,")
class IngestionTest {
    private static final int JOINS = 10;
    private static final int EVENTS = 1_000;
    private static final String TYPE = "event.triggerflow.test";

    @Test
    void firesEachJoinOnceAtItsLastEvent() {
        // A task for each subject: its key, so an event costs its own join only.
        Interpreter interpreter = new Interpreter(
                Formats.load("joins.yaml", """
                        tal: 1
                        workflow: joins
                        events: {test: {type: %s, key: "${ event.subject }"}}
                        rules:
                          - {when: {count: %d, of: {event: test}}, fires: each, do: {emit: {type: com.example.joined, data: {size: "${ size(values) }"}}}}
                        """.formatted(TYPE, EVENTS).getBytes(StandardCharsets.UTF_8)));
        for (int join = 0; join < JOINS; join++) {
            interpreter.start("join" + join, Map.of());
        }
        List<String> joined = new ArrayList<>();
        for (int round = 0; round < EVENTS; round++) {
            for (int join = 0; join < JOINS; join++) {
                String task = "joins/join" + join;
                for (Effect effect : interpreter.on(
                        TalEvent.engine(round + "/" + join, "/producer", TYPE, task, Map.of("round", round)))) {
                    if (effect instanceof Effect.Emit emit) {
                        assertThat(round).isEqualTo(EVENTS - 1);
                        assertThat(Json.parse(emit.event().data())).isEqualTo(Map.of("size", (long) EVENTS));
                        joined.add(task);
                    }
                }
            }
        }
        assertThat(joined).hasSize(JOINS).doesNotHaveDuplicates();
    }
}
