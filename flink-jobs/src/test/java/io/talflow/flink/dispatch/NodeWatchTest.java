package io.talflow.flink.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.node.NodeTable;
import io.talflow.flink.node.Reports;
import io.talflow.flink.wire.NodeFirings;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.NodeReport.State;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The firings of a node")
class NodeWatchTest {
    private static final String SEED = "http://seed";
    private static final int LOST_AFTER = 5;

    private final NodeTable nodes = new NodeTable();
    private final Lanes lanes = new Lanes();
    private final OpenFirings open = new OpenFirings();
    private final List<TalEvent> log = new ArrayList<>();
    private final List<Lane> sent = new ArrayList<>();
    private final NodeWatch watch = new NodeWatch(
            new DispatchOptions(GatewayAccess.of(SEED), NodeFeed.none(), Placement.SPREAD, LOST_AFTER),
            nodes,
            lanes,
            open,
            new NodeWatch.Port() {
                @Override
                public void send(Lane lane) {
                    sent.add(lane);
                }

                @Override
                public void pause(Lane lane) {}

                @Override
                public void lost(Outgoing event) {
                    log.add(CloudEventCodec.decode(event.headers(), event.value()));
                }
            });

    private void beat(String... heard) {
        for (String node : heard) {
            nodes.hear(node, Reports.up(node, "http://" + node));
        }
        nodes.beat();
        watch.beat();
    }

    private void beats(int count, String... heard) {
        for (int beat = 0; beat < count; beat++) {
            beat(heard);
        }
    }

    /** A firing that the node has accepted. */
    private void has(String node, String firing) {
        open.add(run(firing), node);
        lanes.of(node);
    }

    private static Request run(String firing) {
        return new Request(Request.Kind.RUN, "w/t", "w", "v", "w/t@0/" + firing, 1, "f", "f", new byte[0], "a,b");
    }

    private static List<String> waiting(Lane lane) {
        List<String> all = new ArrayList<>();
        lane.forEach(request -> all.add(request.kind() + " " + request.firing()));
        return all;
    }

    @Test
    void areTheirsWhoAreLeftWhenItHasMissedItsBeats() {
        has("a", "r/0");
        has("b", "r/1");
        beat("a", "b");
        beats(LOST_AFTER - 1, "b");
        assertThat(log).isEmpty();
        beat("b");
        assertThat(log).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo("w/t@0/r/0/1/lost");
            assertThat(event.type()).isEqualTo("io.talflow.invocation.lost.v1");
            assertThat(event.task()).isEqualTo("w/t");
            assertThat(event.firing()).isEqualTo("w/t@0/r/0");
            assertThat(event.attempt()).isEqualTo(1);
            assertThat(event.extensions()).containsEntry("talnode", "a").containsEntry("talnodes", "b");
        });
        beats(10, "b");
        assertThat(log).as("said once").hasSize(1);
    }

    @Test
    void stayWhereTheyAreWhileNobodyCouldTakeOver() {
        has("a", "r/0");
        beat("a");
        nodes.hear("b", Reports.of("b", "i", "http://b", State.DRAINING));
        for (int beat = 0; beat < 3 * LOST_AFTER; beat++) {
            nodes.hear("b", Reports.of("b", "i", "http://b", State.DRAINING));
            beat();
        }
        assertThat(log).isEmpty();
        beat("c");
        assertThat(log).hasSize(1);
    }

    @Test
    void areStoppedIfItComesBack() {
        has("a", "r/0");
        lanes.of("a").add(run("r/1"));
        open.add(run("r/1"), "a");
        beat("a", "b");
        beats(LOST_AFTER, "b");
        assertThat(log).hasSize(2);
        assertThat(sent).isEmpty();
        assertThat(lanes.of("a").pending()).as("holds nobody up").isZero();
        beat("a", "b");
        assertThat(sent).containsExactly(lanes.of("a"));
        assertThat(waiting(lanes.of("a"))).containsExactly("WITHDRAW w/t@0/r/0", "WITHDRAW w/t@0/r/1");
    }

    @Test
    void areGivenUpAtOnceWhenItSaysGoodbye() {
        has("a", "r/0");
        beat("a", "b");
        nodes.hear("a", null);
        beat("b");
        assertThat(log).hasSize(1);
        open.remove("w/t@0/r/0", 1);
        beat("b");
        assertThat(lanes).as("nothing is left of it").isEmpty();
    }

    @Test
    void waitForTheOnlyNodeThatSaidGoodbye() {
        has("a", "r/0");
        lanes.of("a").add(run("r/0"));
        beat("a");
        nodes.hear("a", null);
        beats(3);
        assertThat(log).isEmpty();
        assertThat(waiting(lanes.of("a"))).containsExactly("RUN w/t@0/r/0");
    }

    @Test
    void areDoneAgainWhereItsJournalIsAnother() {
        has("a", "accepted/0");
        has("a", "waiting/0");
        lanes.of("a").add(run("waiting/0"));
        beat("a");
        nodes.hear("a", Reports.of("a", "another", "http://a", State.UP));
        watch.beat();
        assertThat(log).extracting(TalEvent::id).containsExactly("w/t@0/accepted/0/1/lost");
        assertThat(log.get(0).extensions()).containsEntry("talnodes", "a");
        assertThat(waiting(lanes.of("a"))).containsExactly("RUN w/t@0/waiting/0");
    }

    @Test
    void ofOneNeverHeardOfAreGivenUpOnceOthersAreHeardLongEnough() {
        has("stranger", "r/0");
        beats(3);
        beats(LOST_AFTER - 1, "b");
        assertThat(log).isEmpty();
        beat("b");
        assertThat(log).hasSize(1);
    }

    @Test
    void ofTheGatewayTheJobWasStartedWithAreItsOwnWhenItSaysWhoItIs() {
        has("", "r/0");
        lanes.of("").add(run("r/1"));
        nodes.hear("a", Reports.up("a", SEED));
        beat("b");
        assertThat(open.of("w/t@0/r/0", 1).node).isEqualTo("a");
        assertThat(waiting(lanes.of("a"))).containsExactly("RUN w/t@0/r/1");
        beats(LOST_AFTER, "b");
        assertThat(log).extracting(TalEvent::firing).containsExactly("w/t@0/r/0");
    }

    @Test
    void thatItRefusedSinceItDrainsGoElsewhere() {
        has("a", "r/0");
        beat("a", "b");
        watch.refused(open.of("w/t@0/r/0", 1), run("r/0"));
        assertThat(log).hasSize(1);
        assertThat(waiting(lanes.of("a"))).isEmpty();
    }

    @Test
    void thatItDoesNotTakeThoughItSpeaksGoElsewhereAndWhatItHasStays() {
        has("a", "accepted/0");
        has("a", "waiting/0");
        Lane lane = lanes.of("a");
        lane.add(run("waiting/0"));
        beats(2, "a", "b");
        fails(lane);
        beats(LOST_AFTER - 1, "a", "b");
        assertThat(log).isEmpty();
        assertThat(nodes.up()).containsExactly("a", "b");
        beat("a", "b");
        assertThat(log).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo("w/t@0/waiting/0/1/lost");
            assertThat(event.extensions()).containsEntry("talnode", "a").containsEntry("talnodes", "b");
            assertThat(event.value()).isEqualTo(Map.of("reason", "unreachable"));
        });
        assertThat(waiting(lane)).as("should it have come through").containsExactly("WITHDRAW w/t@0/waiting/0");
        assertThat(lane.maySend()).as("it is still tried").isTrue();
        assertThat(lane.pending()).as("holds nobody up").isZero();
        assertThat(nodes.up()).as("gets nothing new").containsExactly("b");
        assertThat(watch.isLost(lane)).isTrue();
        beats(3, "a", "b");
        assertThat(log).as("said once").hasSize(1);
        takes(lane);
        beat("a", "b");
        assertThat(watch.isLost(lane)).isFalse();
        assertThat(nodes.up()).containsExactly("a", "b");
    }

    @Test
    void waitForTheOnlyNodeAlsoIfItCannotBeReached() {
        has("a", "r/0");
        Lane lane = lanes.of("a");
        lane.add(run("r/0"));
        beat("a");
        fails(lane);
        beats(3 * LOST_AFTER, "a");
        assertThat(log).isEmpty();
        assertThat(waiting(lane)).containsExactly("RUN w/t@0/r/0");
        assertThat(lane.pending()).isEqualTo(1);
        beat("a", "b");
        assertThat(log).hasSize(1);
    }

    @Test
    void failNowAndThenWithoutBeingGivenUp() {
        has("a", "r/0");
        Lane lane = lanes.of("a");
        for (int time = 0; time < 5; time++) {
            lane.add(run("r/0"));
            fails(lane);
            beats(LOST_AFTER - 1, "a", "b");
            takes(lane);
            beat("a", "b");
        }
        assertThat(log).isEmpty();
    }

    /** A call is made and fails, as the dispatcher sees to it. */
    private static void fails(Lane lane) {
        lane.failed(lane.nextCall());
        assertThat(lane.delay()).isPositive();
    }

    private void takes(Lane lane) {
        lane.accepted(lane.nextCall());
        watch.reached(lane);
    }

    @Test
    void areKeptByTheSubtaskWhoseTasksTheyAreOf() {
        has("a", "r/0");
        has("b", "r/1");
        List<NodeFirings> saved = open.save(node -> "journal-of-" + node);
        OpenFirings mine = new OpenFirings();
        OpenFirings others = new OpenFirings();
        saved.forEach(each -> mine.restore(each, "w/t"::equals));
        saved.forEach(each -> others.restore(each, "w/u"::equals));
        assertThat(mine.size()).isEqualTo(2);
        assertThat(mine.of("w/t@0/r/1", 1).node).isEqualTo("b");
        assertThat(others.size()).isZero();
        assertThat(saved).extracting(NodeFirings::instance).containsExactlyInAnyOrder("journal-of-a", "journal-of-b");
        mine.remove("w/t@0/r/1", 2);
        assertThat(mine.size()).as("of another attempt").isEqualTo(2);
    }
}
