package io.talflow.flink.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.NodeReport.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node's silence")
class NodeTableTest {
    private final NodeTable table = new NodeTable();

    private void beat(String... heard) {
        for (String node : heard) {
            table.hear(node, Reports.up(node, "http://" + node));
        }
        table.beat();
    }

    @Test
    void isCountedInBeatsThatOthersKept() {
        beat("a", "b");
        beat("a");
        beat("a");
        assertThat(table.of("b").missed()).isEqualTo(2);
        assertThat(table.up()).containsExactly("a", "b");
        beat("a");
        assertThat(table.up()).containsExactly("a");
        beat("a", "b");
        assertThat(table.of("b").missed()).isZero();
        assertThat(table.up()).containsExactly("a", "b");
    }

    @Test
    void isNoneWhileNobodyIsHeard() {
        beat("a", "b");
        for (int beats = 0; beats < 100; beats++) {
            beat();
        }
        assertThat(table.of("a").missed()).isZero();
        assertThat(table.up()).containsExactly("a", "b");
    }

    @Test
    void isNoneOfTheOnlyOne() {
        beat("a");
        beat();
        beat();
        assertThat(table.of("a").missed()).isZero();
    }

    @Test
    void endsWithAGoodbye() {
        beat("a", "b");
        table.hear("b", null);
        assertThat(table.of("b").gone()).isTrue();
        assertThat(table.up()).containsExactly("a");
        beat("a", "b");
        assertThat(table.up()).as("it has come back").containsExactly("a", "b");
    }

    @Test
    void countsAlsoForOneThatTakesNothingNew() {
        beat("a");
        table.hear("b", Reports.of("b", "i", "http://b", State.DRAINING));
        assertThat(table.up()).containsExactly("a");
        beat();
        beat("a");
        assertThat(table.of("b").missed()).isEqualTo(1);
        assertThat(table.at("http://b")).hasValue("b");
    }

    @Test
    void isNotBrokenByWhatIsNoReport() {
        beat("a", "b");
        table.hear("b", new byte[] {1});
        beat("a");
        assertThat(table.of("b").missed()).isEqualTo(1);
        table.hear("never", null);
        assertThat(table.of("never")).isNull();
    }
}
