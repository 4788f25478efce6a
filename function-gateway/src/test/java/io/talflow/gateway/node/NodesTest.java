package io.talflow.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.NodeReport;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The nodes, by what they say")
class NodesTest {
    private static final long NOW = 1_800_000_000_000L;
    private final Nodes nodes = new Nodes(Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));

    private static byte[] report(String node, NodeReport.State state) {
        return new NodeReport(
                        node,
                        "i-1",
                        "http://127.0.0.1:1",
                        state,
                        NOW - 60_000,
                        new NodeReport.Cpu(2, 0.25),
                        new NodeReport.Memory(8L << 30, 1L << 30),
                        new NodeReport.Disk(100, 60),
                        new NodeReport.Functions(3, 1))
                .json();
    }

    @Test
    void aReportIsReadAsItWasWritten() {
        nodes.read("b", report("b", NodeReport.State.UP), NOW - 10);
        Nodes.Node node = nodes.all().get(0);
        assertThat(node.report().json()).isEqualTo(report("b", NodeReport.State.UP));
        assertThat(node.report().cpu().used()).isEqualTo(0.25);
        assertThat(node.silentMillis()).isEqualTo(10);
        assertThat(node.isUp()).isTrue();
    }

    @Test
    void oneThatHasSaidNothingForFiveSecondsIsNotCountedOn() {
        nodes.read("a", report("a", NodeReport.State.UP), NOW - 4_999);
        nodes.read("b", report("b", NodeReport.State.UP), NOW - 5_000);
        assertThat(nodes.all()).extracting(Nodes.Node::isUp).containsExactly(true, false);
    }

    @Test
    void oneThatDrainsIsHeardButNotUp() {
        nodes.read("a", report("a", NodeReport.State.DRAINING), NOW);
        assertThat(nodes.all().get(0).isHeard()).isTrue();
        assertThat(nodes.all().get(0).isUp()).isFalse();
    }

    @Test
    void oneThatSaysGoodbyeIsForgotten() {
        nodes.read("a", report("a", NodeReport.State.UP), NOW);
        nodes.read("a", null, NOW);
        assertThat(nodes.all()).isEmpty();
    }

    @Test
    void whatIsNoReportChangesNothing() {
        nodes.read("a", report("a", NodeReport.State.UP), NOW);
        nodes.read("a", "{\"node\": 7}".getBytes(StandardCharsets.UTF_8), NOW);
        nodes.read("a", new byte[] {'{'}, NOW);
        assertThat(nodes.all()).hasSize(1);
    }
}
