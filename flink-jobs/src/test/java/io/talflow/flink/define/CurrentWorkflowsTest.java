package io.talflow.flink.define;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.DefinitionRecord;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The current workflows")
class CurrentWorkflowsTest {
    private static final String TEXT = """
            tal: 1
            workflow: w
            rules:
              - {when: started, do: {complete: %s}}
            """;

    private final DefinitionLog log = new DefinitionLog();
    private final CurrentWorkflows workflows = new CurrentWorkflows();

    @Test
    @DisplayName("are of the version named last, since it was")
    void theVersionNamedLastIsCurrent() {
        take(log.apply("w", "v1", TEXT.formatted(1), 10));
        assertThat(workflows.all().get("w").version()).isEqualTo("v1");
        CurrentWorkflows.Current first = workflows.all().get("w");
        take(log.apply("w", "v1", TEXT.formatted(1), 20));
        assertThat(workflows.all().get("w")).isSameAs(first);
        take(log.apply("w", "v2", TEXT.formatted(2), 30));
        assertThat(workflows.all().get("w").version()).isEqualTo("v2");
        assertThat(workflows.all().get("w").sinceMillis()).isEqualTo(30);
    }

    @Test
    @DisplayName("are found whichever of two that apply at once is the last")
    void twoMayApplyAtOnce() {
        log.version("w", "v1", TEXT.formatted(1), 1);
        log.version("w", "v2", TEXT.formatted(2), 2);
        log.name("w", "v2", 3);
        log.name("w", "v1", 4);
        take(log.records());
        assertThat(workflows.all().get("w").version()).isEqualTo("v1");
    }

    @Test
    @DisplayName("are none of those deleted, until they are applied again")
    void aDeletedWorkflowIsNone() {
        take(log.apply("w", "v1", TEXT.formatted(1)));
        take(List.of(log.delete("w", 5)));
        assertThat(workflows.all()).isEmpty();
        take(log.apply("w", "v1", TEXT.formatted(1), 6));
        assertThat(workflows.all().get("w").sinceMillis()).isEqualTo(6);
    }

    @Test
    @DisplayName("do not go back when the topic is read a second time")
    void aRecordCountsOnce() {
        log.apply("w", "v1", TEXT.formatted(1));
        log.apply("w", "v2", TEXT.formatted(2));
        take(log.records());
        assertThat(log.records()).noneMatch(workflows::add);
        assertThat(workflows.all().get("w").version()).isEqualTo("v2");
    }

    @Test
    @DisplayName("are none of those that cannot be used, and the others are there")
    void anUnusableDefinitionIsNone() {
        take(log.apply("w", "v1", "tal: 1\nworkflow: w\nrules: 7\n"));
        take(log.apply("ok", "v1", TEXT.formatted(1).replace("workflow: w", "workflow: ok")));
        assertThat(workflows.all()).containsOnlyKeys("ok");
    }

    private void take(List<DefinitionRecord> records) {
        records.forEach(workflows::add);
    }
}
