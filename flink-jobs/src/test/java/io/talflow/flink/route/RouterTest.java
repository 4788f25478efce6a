package io.talflow.flink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The router")
class RouterTest {
    @ParameterizedTest(name = "a {0} for task {1} with data {2} goes to {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "com.example.paid | shop/1 | {} | shop/1",
                "io.talflow.task.started.v1 | shop/1 | {\"workflow\": \"shop\"} | shop/1",
                "io.talflow.task.started.v1 | | {\"workflow\": \"shop\", \"key\": \"order-7\"} | shop/order-7",
            })
    void findsTheTask(String type, String task, String data, String found) {
        Outgoing routed = Router.route(event(type, task, data.getBytes(StandardCharsets.UTF_8)));
        assertThat(routed.topic()).isEqualTo(Topics.EVENTS);
        assertThat(new String(routed.key(), StandardCharsets.UTF_8)).isEqualTo(found);
        assertThat(text(routed, "ce_taltask")).isEqualTo(found);
        assertThat(text(routed, "ce_type")).isEqualTo(type);
    }

    @Test
    @DisplayName("gives a start without a key the same task each time it is sent")
    void aStartWithoutAKeyIsOneTask() {
        RawRecord start = event(EventTypes.TASK_STARTED, null, Json.bytes(Map.of("workflow", "shop")));
        assertThat(Router.route(start).key()).isEqualTo(Router.route(start).key());
    }

    @ParameterizedTest(name = "a {0} for task {1} with data {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "com.example.paid | | {} | event/no-task",
                "com.example.paid | Shop! | {} | event/bad-task",
                "io.talflow.invocation.completed.v1 | shop/1 | {} | event/reserved-type",
                "io.talflow.task.started.v1 | | {} | event/no-workflow",
                "io.talflow.task.started.v1 | | [1] | event/no-workflow",
                "io.talflow.task.started.v1 | | {\"workflow\": \"shop\", \"key\": \"a b\"} | event/bad-task",
                "io.talflow.task.started.v1 | | {\"workflow\": \"No Such\"} | event/bad-task",
            })
    void saysWhyItCannot(String type, String task, String data, String code) {
        RawRecord record = event(type, task, data.getBytes(StandardCharsets.UTF_8));
        Outgoing routed = Router.route(record);
        assertThat(routed.topic()).isEqualTo(Topics.DEAD_LETTERS);
        assertThat(text(routed, "talflow-code")).isEqualTo(code);
        assertThat(routed.value()).isEqualTo(record.value());
    }

    @Test
    @DisplayName("refuses data over the limit")
    void dataHasABound() {
        byte[] large = Json.bytes("x".repeat(Router.MAX_DATA_BYTES));
        Outgoing routed = Router.route(event("com.example.paid", "shop/1", large));
        assertThat(text(routed, "talflow-code")).isEqualTo("event/too-large");
        assertThat(routed.value()).isEqualTo(large);
    }

    private static RawRecord event(String type, String task, byte[] data) {
        Map<String, byte[]> headers = new HashMap<>();
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", "1");
        put(headers, "ce_source", "/test");
        put(headers, "ce_type", type);
        put(headers, "content-type", "application/json");
        if (task != null) {
            put(headers, "ce_taltask", task);
        }
        return new RawRecord(Topics.IN, 0, 0, 0, null, data, headers);
    }

    private static void put(Map<String, byte[]> headers, String name, String value) {
        headers.put(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Outgoing record, String header) {
        return new String(record.headers().get(header), StandardCharsets.UTF_8);
    }
}
