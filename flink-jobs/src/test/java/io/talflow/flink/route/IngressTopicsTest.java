package io.talflow.flink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionLog;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ingress topics")
class IngressTopicsTest {
    private static final String TEXT = """
            tal: 1
            workflow: %s
            events: {placed: {type: com.example.placed, topic: %s}}
            rules:
              - {when: {all: [started, {event: placed}]}, do: {complete: 1}}
            """;

    @Test
    @DisplayName("are those that a current workflow names, as long as one does")
    void followWhatWorkflowsName() {
        DefinitionLog log = new DefinitionLog();
        CurrentWorkflows workflows = new CurrentWorkflows();
        assertThat(IngressTopics.named(workflows)).containsExactly("tal.in");
        log.apply("a", "v1", TEXT.formatted("a", "shop.orders"));
        log.apply("b", "v1", TEXT.formatted("b", "shop.orders"));
        log.records().forEach(workflows::add);
        assertThat(IngressTopics.named(workflows)).containsExactly("shop.orders", "tal.in");
        workflows.add(log.delete("a", 9));
        assertThat(IngressTopics.named(workflows)).containsExactly("shop.orders", "tal.in");
        log.apply("b", "v2", TEXT.formatted("b", "shop.payments")).forEach(workflows::add);
        assertThat(IngressTopics.named(workflows)).containsExactly("shop.payments", "tal.in");
        workflows.add(log.delete("b", 12));
        assertThat(IngressTopics.named(workflows)).containsExactly("tal.in");
    }
}
