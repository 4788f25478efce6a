package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A task whose start finds an event that waits for it")
class EarlyEventsTest {
    @Test
    @DisplayName("counts its time from its start, to the microsecond, and then sees the event")
    void countsFromItsStart() {
        TaskScript task = new TaskScript("""
                tal: 1
                workflow: early
                events: {go: {type: com.example.go}}
                rules:
                  - {when: {event: go}, do: {set: {went: "${ event.id }"}}}
                  - {when: {every: 10ms}, do: {complete: tick}}
                """);
        task.on(new TalEvent(
                "first",
                "/test",
                "com.example.go",
                "",
                TalEvent.Kind.CONTROL,
                "early/k",
                "",
                0,
                Map.of(EventTypes.KEEP, "60000"),
                Json.bytes(Map.of())));
        task.at(5).start(Map.of());
        assertThat(task.context("went")).isEqualTo("first");
        assertThat(task.at(14).clock().ended()).isEqualTo("RUNNING");
        assertThat(task.at(15).clock().ended()).isEqualTo("COMPLETED");
    }
}
