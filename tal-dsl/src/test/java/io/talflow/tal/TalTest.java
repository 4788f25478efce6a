package io.talflow.tal;

import static io.talflow.tal.Tal.all;
import static io.talflow.tal.Tal.completed;
import static io.talflow.tal.Tal.gather;
import static io.talflow.tal.Tal.item;
import static io.talflow.tal.Tal.started;
import static io.talflow.tal.Tal.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A workflow built in Java")
class TalTest {
    @Test
    void equalsTheOneWrittenInYaml() throws IOException {
        Workflow built = Tal.workflow("word-count")
                .input(Json.parseObject(
                        "{\"type\":\"object\",\"required\":[\"path\"],\"properties\":{\"path\":{\"type\":\"string\"}}}"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .function("split", Tal.emitting(Tal.python("split.py"), Map.of("chunks", "stream")))
                .function("count", Tal.timeout(Tal.python("count.py"), "60s"))
                .function("merge", Tal.python("merge.py"))
                .rule(when(started()).invoke("split", Map.of("path", "${ input.path }")))
                .rule(when(item("split", "chunks")).firesEach().invoke("count", "${ event.data }"))
                .rule(when(gather(completed("count"), "split", "chunks"))
                        .invoke("merge", Map.of("counts", "${ values }")))
                .rule(when(completed("merge")).complete("${ event.data }"))
                .build();
        Path yaml = Path.of("src/test/resources/golden/tal/good/word-count.yaml");
        assertThat(built)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Position.class)
                .isEqualTo(Formats.load("word-count.yaml", Files.readAllBytes(yaml)));
    }

    @Test
    void isCheckedLikeAnyOther() {
        assertThatThrownBy(() -> Tal.workflow("w")
                        .rule(when(all(started(), completed("gone"))).complete(null))
                        .build())
                .isInstanceOf(InvalidTal.class)
                .hasMessageContaining("tal/never-fires");
    }
}
