package io.talflow.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeadLetterTest {
    private static final TalEvent EVENT =
            TalEvent.engine("e", "/talflow/gateway", "io.talflow.task.cancel.v1", "w/t", Map.of("reason", "r"));

    @ParameterizedTest
    @CsvSource({
        "tal.events, w/t, tal.events",
        "tal.events, w/other, tal.in",
        "tal.in, w/other, tal.in",
        "shop.orders, any, shop.orders",
        "tal.tasks, w/t, ''",
        "tal.definitions, w/t, ''",
        "tal.dead-letters, w/t, ''",
        "'', w/t, ''"
    })
    void goesBackToWhereItCameFromAndToTheLogOnlyUnderItsTask(String topic, String key, String home) {
        assertThat(letter(topic, key, EVENT.data()).home().orElse("")).isEqualTo(home);
    }

    @Test
    void goesToTheIngressIfItsTaskCannotBeRead() {
        assertThat(letter(Topics.EVENTS, "w/t", "{".getBytes(StandardCharsets.UTF_8))
                        .home())
                .contains(Topics.IN);
    }

    @Test
    void showsTheOriginalApartFromWhatWasWrong() {
        Map<String, Object> json = letter(Topics.IN, "k", EVENT.data()).json(1_000);
        assertThat(json)
                .containsEntry("offset", 7L)
                .containsEntry("code", "event/malformed")
                .containsEntry("reason", "why")
                .containsEntry("topic", Topics.IN)
                .containsEntry("partition", 3L)
                .containsEntry("originalOffset", 12L)
                .containsEntry("key", "k")
                .containsEntry("value", "{\"reason\":\"r\"}")
                .containsEntry("bytes", 14L)
                .doesNotContainKeys("truncated", "valueBase64");
        assertThat((Map<?, ?>) json.get("headers")).hasToString(headersAsText());
    }

    @Test
    void cutsALongValueBetweenCharacters() {
        byte[] value = "ab\uD83D\uDE00cd".getBytes(StandardCharsets.UTF_8);
        assertThat(letter(Topics.IN, "k", value).json(3))
                .containsEntry("value", "ab")
                .containsEntry("truncated", true)
                .containsEntry("bytes", 8L);
        assertThat(letter(Topics.IN, "k", value).json(4)).containsEntry("value", "ab\uD83D\uDE00");
    }

    @Test
    void showsWhatIsNoTextAsBase64() {
        assertThat(letter(Topics.IN, "k", new byte[] {(byte) 0xff, 0, 1, 2}).json(3))
                .containsEntry("valueBase64", "/wAB")
                .containsEntry("truncated", true)
                .doesNotContainKey("value");
    }

    private static String headersAsText() {
        Map<String, String> headers = new LinkedHashMap<>();
        CloudEventCodec.headers(EVENT)
                .forEach((name, value) -> headers.put(name, new String(value, StandardCharsets.UTF_8)));
        return headers.toString();
    }

    private static DeadLetter letter(String topic, String key, byte[] value) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(Topics.DEAD_LETTERS, 0, 7, key.getBytes(StandardCharsets.UTF_8), value);
        Map<String, byte[]> headers = new LinkedHashMap<>(CloudEventCodec.headers(EVENT));
        headers.forEach(record.headers()::add);
        Map<String, String> own = Map.of("code", "event/malformed", "reason", "why", "partition", "3", "offset", "12");
        own.forEach((name, text) -> record.headers().add("talflow-" + name, text.getBytes(StandardCharsets.UTF_8)));
        if (!topic.isEmpty()) {
            record.headers().add("talflow-topic", topic.getBytes(StandardCharsets.UTF_8));
        }
        return new DeadLetter(record);
    }
}
