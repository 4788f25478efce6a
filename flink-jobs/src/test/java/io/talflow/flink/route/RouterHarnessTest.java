package io.talflow.flink.route;

import static io.talflow.flink.route.IngressRecords.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.define.DefinitionLog;
import io.talflow.flink.define.DefinitionsReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The router's operator")
class RouterHarnessTest {
    private static final String TEXT = """
            tal: 1
            workflow: shop
            events: {paid: {type: com.shop.paid, key: "${ event.data.order }"}}
            rules:
              - {when: {all: [started, {event: paid}]}, do: {complete: 1}}
            """;

    private final DefinitionLog definitions = new DefinitionLog();

    @Test
    @DisplayName("knows what was defined when it opens before it looks at its first record")
    void readsDefinitionsBeforeItOpens() throws Exception {
        List<DefinitionRecord> before = definitions.apply("shop", "v1", TEXT);
        try (Harness router = new Harness(() -> before, null)) {
            router.ingress(paid("a"));
            assertThat(router.told()).containsExactly("com.shop.paid of shop/a");
        }
    }

    @Test
    @DisplayName("does not go back to older definitions when their topic comes by its other input")
    void doesNotGoBack() throws Exception {
        definitions.apply("shop", "v1", TEXT.replace("data.order", "data.old"));
        definitions.apply("shop", "v2", TEXT);
        List<DefinitionRecord> before = definitions.records();
        try (Harness router = new Harness(() -> before, null)) {
            router.define(before.get(0));
            router.define(before.get(1));
            router.ingress(paid("a"));
            assertThat(router.told()).containsExactly("com.shop.paid of shop/a");
        }
    }

    @Test
    @DisplayName("keeps what no workflow takes for a moment, in order, and delivers it when a definition comes")
    void keepsWhatOvertookItsDefinition() throws Exception {
        try (Harness router = new Harness(List::of, null)) {
            router.ingress(paid("a"));
            router.ingress(record("tal.in", "com.shop.other", "{}", Map.of()));
            router.ingress(paid("b"));
            assertThat(router.told()).isEmpty();
            for (DefinitionRecord record : definitions.apply("shop", "v1", TEXT)) {
                router.define(record);
            }
            router.ingress(paid("c"));
            assertThat(router.told())
                    .containsExactly("com.shop.paid of shop/a", "com.shop.paid of shop/b", "com.shop.paid of shop/c");
            router.clock(RouterOperator.PATIENCE_MILLIS - 1);
            assertThat(router.told()).isEmpty();
            router.clock(RouterOperator.PATIENCE_MILLIS);
            assertThat(router.told()).containsExactly("event/no-task");
        }
    }

    @Test
    @DisplayName("gives each its time, and only so many their time at once")
    void whatIsKeptIsBounded() throws Exception {
        try (Harness router = new Harness(List::of, null)) {
            router.ingress(paid("first"));
            router.clock(1_000);
            for (int number = 0; number < RouterOperator.MOST_KEPT; number++) {
                router.ingress(paid("k" + number));
            }
            assertThat(router.told()).containsExactly("event/no-task");
            router.clock(RouterOperator.PATIENCE_MILLIS);
            assertThat(router.told()).isEmpty();
            router.clock(RouterOperator.PATIENCE_MILLIS + 1_000);
            assertThat(router.told()).hasSize(RouterOperator.MOST_KEPT).containsOnly("event/no-task");
        }
    }

    @Test
    @DisplayName("takes what it keeps along in a snapshot")
    void whatIsKeptIsRestored() throws Exception {
        OperatorSubtaskState state;
        try (Harness router = new Harness(List::of, null)) {
            router.ingress(paid("a"));
            router.ingress(record("tal.in", "com.shop.other", "{}", Map.of()));
            state = router.snapshot();
        }
        List<DefinitionRecord> meanwhile = definitions.apply("shop", "v1", TEXT);
        try (Harness router = new Harness(() -> meanwhile, state)) {
            assertThat(router.told()).containsExactly("com.shop.paid of shop/a");
            router.clock(RouterOperator.PATIENCE_MILLIS);
            assertThat(router.told()).containsExactly("event/no-task");
        }
    }

    private static RawRecord paid(String order) {
        return record("tal.in", "com.shop.paid", "{\"order\": \"" + order + "\"}", Map.of());
    }

    private static final class Harness implements AutoCloseable {
        private final TwoInputStreamOperatorTestHarness<RawRecord, DefinitionRecord, Outgoing> harness;
        private int seen;

        Harness(DefinitionsReader definitions, OperatorSubtaskState state) throws Exception {
            harness = new TwoInputStreamOperatorTestHarness<>(new RouterOperator(definitions));
            harness.setup();
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void ingress(RawRecord record) throws Exception {
            harness.processElement1(new StreamRecord<>(record));
        }

        void define(DefinitionRecord record) throws Exception {
            harness.processElement2(new StreamRecord<>(record));
        }

        void clock(long millis) throws Exception {
            harness.setProcessingTime(millis);
        }

        OperatorSubtaskState snapshot() throws Exception {
            return harness.snapshot(1, 1);
        }

        /** What was written since the last time. */
        List<String> told() {
            List<String> all = new ArrayList<>();
            harness.getOutput()
                    .forEach(
                            element -> all.add(IngressRecords.told((Outgoing) ((StreamRecord<?>) element).getValue())));
            List<String> fresh = List.copyOf(all.subList(seen, all.size()));
            seen = all.size();
            return fresh;
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
