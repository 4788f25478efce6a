package io.talflow.flink.route;

import static io.talflow.flink.route.IngressRecords.header;
import static io.talflow.flink.route.IngressRecords.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.define.CurrentWorkflows;
import io.talflow.flink.define.DefinitionLog;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The router")
class RouterTest {
    private static final String SHOP = """
            tal: 1
            workflow: shop
            events:
              placed:
                type: com.shop.placed
                topic: shop.orders
                data: {type: object, required: [id], properties: {id: {type: string}, total: {type: number}, n: {type: integer}}}
              paid: {type: com.shop.paid, key: "${ event.data.order }", keep: 1h}
              moved: {type: com.shop.moved, topic: shop.orders, key: "${ event.subject }"}
            start:
              when: {event: placed, if: "${ event.data.total > 10 }"}
              key: ${ event.data.id }
              with: {order: "${ event.data.id }", at: "${ event.time }"}
            rules:
              - {when: {all: [started, {event: placed}, {event: paid}, {event: moved}]}, do: {complete: 1}}
            """;
    private static final String LEDGER = """
            tal: 1
            workflow: ledger
            events:
              placed: {type: com.shop.placed, topic: shop.orders}
              paid: {type: com.shop.paid, key: '${ "ledger-" + string(event.data.order) }'}
            start: {when: {event: placed, subject: eu}, key: "${ event.data.n }"}
            rules:
              - {when: {all: [started, {event: placed}, {event: paid}]}, do: {complete: 1}}
            """;

    private final DefinitionLog definitions = new DefinitionLog();
    private final CurrentWorkflows workflows = new CurrentWorkflows();
    private long clock;
    private final Router router = new Router(workflows, () -> clock);

    @ParameterizedTest(name = "a {0} for task {1} with data {2} goes to {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "com.example.paid | shop/1 | {} | shop/1",
                "io.talflow.task.started.v1 | shop/1 | {\"workflow\": \"shop\"} | shop/1",
                "io.talflow.task.started.v1 | | {\"workflow\": \"shop\", \"key\": \"order-7\"} | shop/order-7",
            })
    void findsTheTask(String type, String task, String data, String found) {
        Outgoing routed = one(type, task, data);
        assertThat(routed.topic()).isEqualTo(Topics.EVENTS);
        assertThat(routed.key()).asString().isEqualTo(found);
        assertThat(header(routed, "ce_taltask")).isEqualTo(found);
        assertThat(header(routed, "ce_type")).isEqualTo(type);
    }

    @Test
    @DisplayName("gives a start without a key the same task each time it is sent")
    void aStartWithoutAKeyIsOneTask() {
        String data = "{\"workflow\": \"shop\"}";
        assertThat(one(EventTypes.TASK_STARTED, null, data).key())
                .isEqualTo(one(EventTypes.TASK_STARTED, null, data).key());
    }

    @ParameterizedTest(name = "a {0} for task {1} with data {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "com.example.paid | Shop! | {} | event/bad-task",
                "io.talflow.invocation.completed.v1 | shop/1 | {} | event/reserved-type",
                "io.talflow.task.started.v1 | | {} | event/no-workflow",
                "io.talflow.task.started.v1 | | [1] | event/no-workflow",
                "io.talflow.task.started.v1 | | {\"workflow\": \"shop\", \"key\": \"a b\"} | event/bad-task",
                "io.talflow.task.started.v1 | | {\"workflow\": \"No Such\"} | event/bad-task",
            })
    void saysWhyItCannot(String type, String task, String data, String code) {
        Outgoing routed = one(type, task, data);
        assertThat(routed.topic()).isEqualTo(Topics.DEAD_LETTERS);
        assertThat(header(routed, "talflow-code")).isEqualTo(code);
        assertThat(routed.value()).asString().isEqualTo(data);
    }

    @Test
    @DisplayName("refuses data over the limit")
    void dataHasABound() {
        String large = Json.text("x".repeat(Router.MAX_DATA_BYTES));
        Outgoing routed = one("com.example.paid", "shop/1", large);
        assertThat(header(routed, "talflow-code")).isEqualTo("event/too-large");
        assertThat(routed.value()).asString().isEqualTo(large);
    }

    @ParameterizedTest(name = "a {1} of subject {2} by {0} with {3}: {4}")
    @CsvSource(
            delimiter = '|',
            value = {
                "shop.orders | com.shop.placed | | {'id': 'a', 'total': 11} | io.talflow.task.started.v1 of shop/a, com.shop.placed of shop/a",
                "shop.orders | com.shop.placed | eu | {'id': 'a', 'total': 11, 'n': 7} | io.talflow.task.started.v1 of ledger/7, com.shop.placed of ledger/7, io.talflow.task.started.v1 of shop/a, com.shop.placed of shop/a",
                "shop.orders | com.shop.placed | | {'id': 'a', 'total': 9} | ",
                "tal.in | com.shop.placed | | {'id': 'a', 'total': 11} | ",
                "tal.in | com.shop.paid | | {'order': 'a'} | com.shop.paid of ledger/ledger-a, com.shop.paid of shop/a",
                "tal.in | com.shop.paid | | {'order': 4711} | com.shop.paid of ledger/ledger-4711, com.shop.paid of shop/4711",
                "shop.orders | com.shop.paid | | {'order': 'a'} | ",
                "shop.orders | com.shop.moved | b | {} | com.shop.moved of shop/b",
                "tal.in | com.example.other | | {} | ",
                "tal.in | com.shop.paid | | {} | event/bad-key",
                "tal.in | com.shop.paid | | {'order': null} | event/bad-key",
                "tal.in | com.shop.paid | | {'order': 'a b'} | event/bad-key",
                "tal.in | com.shop.paid | | {'order': ['a']} | event/bad-key",
                "shop.orders | com.shop.moved | | {} | event/bad-key",
                "shop.orders | com.shop.placed | | {'id': 5, 'total': 11} | event/bad-data",
                "shop.orders | com.shop.placed | | {'id': 'a'} | event/bad-start",
                "shop.orders | com.shop.placed | eu | {'id': 5, 'n': 7} | io.talflow.task.started.v1 of ledger/7, com.shop.placed of ledger/7, event/bad-data",
            })
    @DisplayName("finds and starts the tasks of what workflows declare")
    void findsTasksByDefinitions(String topic, String type, String subject, String data, String told) {
        applyBoth();
        Map<String, String> attributes = subject == null ? Map.of() : Map.of("subject", subject);
        List<Outgoing> routed = router.route(record(topic, type, data.replace('\'', '"'), attributes));
        assertThat(String.join(", ", routed.stream().map(IngressRecords::told).toList()))
                .isEqualTo(told == null ? "" : told);
    }

    @Test
    @DisplayName("says the same start for the same event, with the input its workflow makes of it, and no version")
    void aStartIsTheSameEachTime() {
        applyBoth();
        RawRecord placed = record("shop.orders", "com.shop.placed", "{\"id\": \"a\", \"total\": 11}", Map.of());
        Outgoing first = router.route(placed).get(0);
        Outgoing again = router.route(placed).get(0);
        assertThat(header(first, "ce_id")).isEqualTo(header(again, "ce_id")).startsWith("start/");
        assertThat(Json.parse(first.value())).isEqualTo(Json.parse("""
                {"workflow": "shop", "input": {"order": "a", "at": "1970-01-01T00:00:00.000Z"}}"""));
        RawRecord european = record("shop.orders", "com.shop.placed", "{\"n\": 3}", Map.of("subject", "eu"));
        assertThat(Json.parse(router.route(european).get(0).value()))
                .isEqualTo(Json.parse("{\"workflow\": \"ledger\", \"input\": {\"n\": 3}}"));
    }

    @Test
    @DisplayName("says how long an event waits for its task, whatever the event says itself")
    void keepIsTheDeclarations() {
        applyBoth();
        Map<String, String> forged = Map.of("talkeep", "99999999", "talparent", "other/1@0/r/0", "trace", "t1");
        List<Outgoing> routed = router.route(record("tal.in", "com.shop.paid", "{\"order\": \"a\"}", forged));
        assertThat(routed).extracting(each -> header(each, "ce_talkeep")).containsExactly("", "3600000");
        assertThat(routed).allSatisfy(each -> {
            assertThat(header(each, "ce_talparent")).isEmpty();
            assertThat(header(each, "ce_trace")).isEqualTo("t1");
        });
        Map<String, String> named = new HashMap<>(forged);
        named.put("taltask", "shop/z");
        assertThat(router.route(record("tal.in", "com.shop.paid", "{}", named)))
                .singleElement()
                .satisfies(each -> assertThat(header(each, "ce_talkeep")).isEqualTo("3600000"));
        assertThat(router.route(record("tal.in", "com.example.other", "{}", named)))
                .singleElement()
                .satisfies(each -> assertThat(header(each, "ce_talkeep")).isEmpty());
    }

    @Test
    @DisplayName("says when an event was received that it appends more than a second later")
    void tellsOfABacklog() {
        Map<String, String> forged = Map.of("taltask", "shop/z", "talreceived", "5");
        RawRecord event = record("tal.in", "com.example.other", "{}", forged);
        clock = 1_000;
        assertThat(header(router.route(event).get(0), "ce_talreceived")).isEmpty();
        clock = 1_001;
        assertThat(header(router.route(event).get(0), "ce_talreceived")).isEqualTo("0");
    }

    @ParameterizedTest(name = "for task {0} with {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "shop/1 | {'id': 'a'} | com.shop.placed of shop/1",
                "shop/1 | {'id': 5} | event/bad-data",
                "ledger/1 | {'id': 5} | com.shop.placed of ledger/1",
                "gone/1 | {'id': 5} | com.shop.placed of gone/1",
            })
    @DisplayName("holds an event that names its task against the schema of that workflow, whichever topic it comes by")
    void checksAddressedEvents(String task, String data, String told) {
        applyBoth();
        RawRecord addressed = record("tal.in", "com.shop.placed", data.replace('\'', '"'), Map.of("taltask", task));
        assertThat(router.route(addressed)).extracting(IngressRecords::told).containsExactly(told);
    }

    @Test
    @DisplayName("leaves alone what comes by a topic that no current workflow names any more")
    void aTopicIsReadAsLongAsItIsNamed() {
        applyBoth();
        RawRecord moved = record("shop.orders", "com.shop.other", "{}", Map.of());
        assertThat(router.giveUp(moved)).isPresent();
        workflows.add(definitions.delete("shop", 10));
        workflows.add(definitions.delete("ledger", 11));
        router.follow();
        assertThat(router.route(moved)).isEmpty();
        assertThat(router.giveUp(moved)).isEmpty();
        assertThat(router.giveUp(record("tal.in", "com.shop.other", "{}", Map.of())))
                .hasValueSatisfying(letter -> {
                    assertThat(header(letter, "talflow-code")).isEqualTo("event/no-task");
                    assertThat(header(letter, "talflow-reason"))
                            .contains("com.shop.other")
                            .contains("tal.in");
                });
    }

    private void applyBoth() {
        definitions.apply("shop", "v1", SHOP).forEach(workflows::add);
        definitions.apply("ledger", "v1", LEDGER).forEach(workflows::add);
        router.follow();
    }

    private Outgoing one(String type, String task, String data) {
        List<Outgoing> routed =
                router.route(record(Topics.IN, type, data, task == null ? Map.of() : Map.of("taltask", task)));
        assertThat(routed).hasSize(1);
        return routed.get(0);
    }
}
