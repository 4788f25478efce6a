package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplainedDataTest {
    private static final Map<String, Object> SMALL = Map.of(
            "id", "", "name", "note", "firing", "w/t@0/split/0", "node", "n1", "bytes", 5L, "why", "it is small");
    private static final Map<String, Object> FILM =
            Map.of("id", "a1", "name", "film", "firing", "w/t@0/split/0", "node", "n1", "bytes", 70_000L, "why", "");

    @Test
    void eachReadingIsARowAndSoIsAValueThatNobodyRead() {
        Map<String, Object> read = Map.of(
                "id",
                "a1",
                "firing",
                "w/t@0/cut/1/1",
                "node",
                "n2",
                "way",
                "direct",
                "as",
                "file",
                "why",
                "only n1 has it",
                "bytes",
                70_000L,
                "micros",
                12_640L);
        List<Map<String, Object>> rows =
                ExplainedData.rows(Map.of("values", List.of(SMALL, FILM), "reads", List.of(read, read)));
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0)).containsEntry("way", "event").containsEntry("why", "it is small");
        assertThat(rows.get(1))
                .containsEntry("value", "film")
                .containsEntry("put by", "split/0 at n1")
                .containsEntry("read by", "cut/1/1 at n2")
                .containsEntry("as", "file")
                .containsEntry("time", "12.6 ms");
        assertThat(ExplainedData.rows(Map.of("values", List.of(FILM), "reads", List.of())))
                .hasSize(1);
    }

    @Test
    void aReadingOfAValueWhoseNodeIsGoneHasItsId() {
        Map<String, Object> read =
                Map.of("id", "b2", "firing", "w/t@0/cut/1/1", "node", "n2", "way", "remote", "bytes", 1L);
        assertThat(ExplainedData.rows(Map.of("values", List.of(), "reads", List.of(read))))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("value", "b2").containsEntry("put by", "?"));
    }
}
