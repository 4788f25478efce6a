package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.node.NodeTable;
import io.talflow.flink.node.Reports;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import io.talflow.tal.semantics.Effect;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The nodes of a task")
class PinsTest {
    private final NodeTable nodes = new NodeTable();
    private final Pins pins = new Pins(
            () -> new NodeFeed.Reading() {
                @Override
                public NodeTable table() {
                    return nodes;
                }

                @Override
                public void close() {}
            },
            Placement.SPREAD);

    @Test
    void areThoseThatAreUpWhenItIsPinned() {
        up("a", "b");
        TalEvent pinned = TalEvent.engine("p", "/talflow/job", EventTypes.TASK_PINNED, "w/t", Map.of());
        assertThat(pins.placed(pinned).extensions()).containsEntry("talnodes", "a,b");
    }

    @Test
    void areMoreWhenOneHasCome() {
        up("a");
        assertThat(pins.widened(call("w/t", "a"))).isNull();
        up("b");
        TalEvent placed = pins.widened(call("w/t", "a"));
        assertThat(placed.id()).isEqualTo("w/t@7/placed/a,b");
        assertThat(placed.type()).isEqualTo("io.talflow.task.placed.v1");
        assertThat(placed.task()).isEqualTo("w/t");
        assertThat(placed.extensions()).containsEntry("talnodes", "a,b");
        assertThat(pins.widened(call("w/t", "a"))).as("until that is read back").isNull();
        assertThat(pins.widened(call("w/u", "a"))).as("of another task").isNotNull();
        assertThat(pins.widened(call("w/t", "a,b"))).isNull();
    }

    @Test
    void stayTheirsWhenOneFallsSilentOrNoneIsNamed() {
        up("a", "b");
        assertThat(pins.widened(call("w/t", "a,b"))).isNull();
        nodes.hear("b", null);
        assertThat(pins.widened(call("w/t", "a,b")))
                .as("that is for a loss to say")
                .isNull();
        assertThat(pins.widened(call("w/t", ""))).isNull();
        up("b");
        assertThat(pins.widened(call("w/t", "a,b"))).isNull();
        assertThat(pins.widened(call("w/t", "a")))
                .as("it lost b, which is back")
                .isNotNull();
    }

    @Test
    void areLookedAtOnceForEachSetOfNodes() {
        up("a", "b");
        Object before = nodes.up();
        up("a");
        assertThat(nodes.up()).as("heard again").isSameAs(before);
    }

    private void up(String... ids) {
        for (String id : ids) {
            nodes.hear(id, Reports.up(id, "http://" + id));
        }
    }

    private static Effect.Dispatch call(String task, String nodes) {
        return new Effect.Dispatch(task, "w", "v", task + "@7/r/0", 1, "f", "f", new byte[0], nodes);
    }
}
