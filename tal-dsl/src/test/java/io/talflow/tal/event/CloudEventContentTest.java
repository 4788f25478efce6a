package io.talflow.tal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The content of a CloudEvent")
class CloudEventContentTest {
    private static final String WHOLE =
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":{\"a\":1}}";

    @Test
    void isTheSameInEitherModeAndInBase64() {
        CloudEventCodec.Content expected = new CloudEventCodec.Content("t", Map.of("a", 1L));
        assertThat(structured(WHOLE)).isEqualTo(expected);
        assertThat(structured(WHOLE.replace("\"data\":{\"a\":1}", "\"data_base64\":\"eyJhIjoxfQ==\"")))
                .isEqualTo(expected);
        TalEvent binary = TalEvent.engine("1", "/s", "t", "w/k", Map.of("a", 1L));
        assertThat(CloudEventCodec.content(CloudEventCodec.headers(binary), binary.data()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"specversion", "id", "source", "type"})
    void isThatOfAnEventWithEveryRequiredAttribute(String missing) {
        assertThatThrownBy(() -> structured(WHOLE.replace("\"" + missing + "\"", "\"other\"")))
                .isInstanceOf(CloudEventCodec.MalformedEvent.class)
                .hasMessageContaining(missing);
    }

    private static CloudEventCodec.Content structured(String json) {
        return CloudEventCodec.content(
                Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8)),
                json.getBytes(StandardCharsets.UTF_8));
    }
}
