package io.talflow.tal.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("References in a value")
class ReferencesTest {
    private static final String ONE = "0123456789abcdef".repeat(2);
    private static final String TWO = "fedcba9876543210".repeat(2);

    @Test
    void areFoundHoweverDeepTheyAre() {
        Object value = List.of(Map.of("film", reference(ONE)), List.of(1L, "text", reference(TWO)));
        assertThat(References.ids(value)).containsExactlyInAnyOrder(ONE, TWO);
        assertThat(References.leadingTo(TWO, value))
                .hasValueSatisfying(fields -> assertThat(fields.get("name")).isEqualTo("v"));
        assertThat(References.leadingTo("0".repeat(32), value)).isEmpty();
    }

    @Test
    void areNoneWhereTheValueIsInTheEventOrTheShapeIsAnother() {
        for (Object value : new Object[] {
            1L,
            "text",
            Map.of("$data", Map.of("base64", "aGk=")),
            Map.of("$data", "/v1/runtime/data/n/" + ONE),
            Map.of("href", "/v1/runtime/data/n/%s?bytes=1".formatted(ONE))
        }) {
            assertThat(References.ids(value)).as("%s", value).isEmpty();
            assertThat(References.leadingTo(ONE, value)).isEmpty();
        }
    }

    private static Map<String, Object> reference(String id) {
        return Map.of("$data", Map.of("name", "v", "href", "/v1/runtime/data/n/%s?bytes=1".formatted(id)));
    }
}
