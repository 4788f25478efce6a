package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Datasets;
import io.talflow.tal.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Workflows of other systems, from their files through the whole stack")
@ExtendWith(SharedStack.class)
class ImportedWorkflowsIT {
    @Test
    void aGenomeWorkflowInvokesEachTaskOnceAndNeverBeforeItsParents(Talflow talflow) {
        Path file = Datasets.folder("wfcommons-wfinstances")
                .resolve("pegasus/1000genome/1000genome-chameleon-2ch-100k-001.json");
        Map<String, List<?>> parents = parents(file);

        Launcher.Result run = talflow.command("run", file.toString(), "--time-scale", "0.001");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.json()).containsEntry("nodes", (long) parents.size());

        Recorded recorded = talflow.recorded(task(run));
        assertThat(recorded.applied().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        parents.keySet().stream().map(id -> id + "/0").toList());
        parents.forEach((id, needed) ->
                needed.forEach(parent -> assertThat(recorded.fired().get(id + "/0"))
                        .as("%s fires, after %s", id, parent)
                        .isGreaterThanOrEqualTo(recorded.applied().get(parent + "/0"))));
    }

    @ParameterizedTest(name = "illegal_flag {0}")
    @ValueSource(booleans = {true, false})
    void theRecognizerTakesTheBranchThatItsInputNames(boolean illegal, Talflow talflow) {
        Path file = Datasets.folder("faasflow").resolve("v1.1/benchmark/illgal_recognizer/flat_workflow.yaml");
        Launcher.Result run = talflow.command(
                "run",
                file.toString(),
                "--time-scale",
                "0.001",
                "--input",
                "{\"image_name\": \"a.png\", \"user_name\": \"ada\", \"illegal_flag\": %s}".formatted(illegal));
        assertThat(run.exitCode()).as(run.err()).isZero();
        Recorded recorded = talflow.recorded(task(run));
        assertThat(recorded.applied().keySet()).contains("upload/0", "adult/0", "violence/0");
        if (illegal) {
            assertThat(recorded.applied().keySet())
                    .contains("mosaic/0")
                    .doesNotContain("extract/0", "translate/0", "word_censor/0");
        } else {
            assertThat(recorded.applied().keySet())
                    .contains("extract/0", "translate/0", "word_censor/0")
                    .doesNotContain("mosaic/0");
        }
    }

    /** Id → ids of its parents, as the file has them. */
    private static Map<String, List<?>> parents(Path file) {
        Map<String, List<?>> parents = new LinkedHashMap<>();
        Map<?, ?> workflow = (Map<?, ?>) Json.parseObject(Datasets.read(file)).get("workflow");
        for (Object task : (List<?>) ((Map<?, ?>) workflow.get("specification")).get("tasks")) {
            Map<?, ?> fields = (Map<?, ?>) task;
            parents.put(String.valueOf(fields.get("id")), (List<?>) fields.get("parents"));
        }
        return parents;
    }

    private static String task(Launcher.Result run) {
        return run.err().replaceAll("(?s).*started task (\\S+).*", "$1");
    }
}
