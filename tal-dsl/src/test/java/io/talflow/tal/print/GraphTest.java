package io.talflow.tal.print;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.importer.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The graph of a workflow")
class GraphTest {
    @Test
    void hasTheEdgesOfRulesSubTasksAndCompensations() throws IOException {
        Graph graph = graph("media-order");
        assertThat(graph.nodes())
                .containsExactly("split", "probe", "encode", "merge", "delivery", "charge", "compensate:charge");
        assertThat(graph.edges())
                .containsExactlyInAnyOrder(
                        List.of("split", "probe"),
                        List.of("split", "encode"),
                        List.of("encode", "merge"),
                        List.of("merge", "delivery"),
                        List.of("charge", "delivery"),
                        List.of("split", "charge"),
                        List.of("charge", "compensate:charge"));
    }

    @Test
    void hasTheEdgesOfRulesThatAreAdded() throws IOException {
        assertThat(graph("every-word").nodes()).contains("late", "again", "print_out", "reminder");
    }

    @Test
    void ofADagHasTheWaysOfItsFailures() throws IOException {
        assertThat(graph("media-dag").edges())
                .contains(List.of("publish", "clean"), List.of("publish", "report"), List.of("encode", "report"))
                .doesNotHaveDuplicates();
    }

    private static Graph graph(String name) throws IOException {
        Path file = Path.of("src/test/resources/golden/tal/good/%s.yaml".formatted(name));
        return Formats.loadWithWarnings(name + ".yaml", Files.readAllBytes(file))
                .graph();
    }
}
