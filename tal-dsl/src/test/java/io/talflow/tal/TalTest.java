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
import io.talflow.tal.model.Start;
import io.talflow.tal.model.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A workflow built in Java")
class TalTest {
    private static final String KEY = "${ event.data.id }";

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
        isWritten(built, "word-count.yaml");
    }

    @Test
    void saysEveryConstruct() throws IOException {
        Map<String, Object> paid = Tal.event("paid");
        Tal order = Tal.workflow("in-java")
                .deadline("2h")
                .eventsPerSecond(50)
                .event("placed", Map.of("type", "com.shop.placed", "topic", "shop.orders", "key", KEY, "keep", "1h"))
                .event("paid", "com.shop.paid")
                .startsAt(Tal.event("placed"), KEY, Map.of("n", 1L));
        functions(order);
        order.rule(when(started())
                .onlyIf("input.n > 0")
                .invoke("split", Map.of())
                .otherwise()
                .skip("split")
                .complete(null));
        order.rule(when(item("split", "parts"))
                .id("bodies")
                .firesEach()
                .maxConcurrency(4)
                .invoke("body", "part", "${ event.data }"));
        order.rule(when(Tal.within("5m", gather(completed("part"), "split", "parts")))
                .invoke("charge", Map.of("n", "${ size(values) }"))
                .onTimeout()
                .cancel("part")
                .onFailed()
                .failCompensating("Order.Lost", "no parts"));
        order.rule(when(Tal.as(
                        "rich",
                        Tal.atLeast(
                                1, Tal.about("gold", paid), Tal.count(3, Tal.onlyIf("event.data.amount > 1", paid)))))
                .set(Map.of("rich", "${ rich.time }")));
        order.rule(when(Tal.strictSeq(Tal.event("placed"), paid))
                .emit("com.shop.quick", "${ task.id }", Map.of("quick", true)));
        order.rule(when(Tal.seq(Tal.failed("charge"), Tal.any(Tal.settled("split"), completed("refund_task"))))
                .start("refund-task", "refund_task", Map.of()));
        order.rule(
                when(Tal.absent(paid, "10m", completed("charge"))).firesEach().emit("com.shop.late", 1L));
        order.rule(when(Tal.absent(paid, "1h")).enable("ticks").disable("bodies"));
        order.rule(when(Tal.every("30s"))
                .id("ticks")
                .firesEach()
                .disabled()
                .add(when(Tal.batch(paid, 10, "5s"))
                        .id("watch")
                        .given(Map.of("at", "${ event.time }"))
                        .set(Map.of("since", "${ given.at }"))));
        order.rule(when(Tal.batch(Tal.ready("charge_data", "total"), 2))
                .firesEach()
                .set(Map.of("both", true)));
        order.rule(when(all(started(), completed("charge")))
                .invoke("totals", "charge_data", Map.of())
                .fail("Order.Done", "no more"));
        isWritten(order.build(), "in-java.yaml");
    }

    private static void functions(Tal order) {
        Map<String, Object> stream = Map.of("kind", "stream", "repeat", "keep-first");
        order.function(
                        "split",
                        Tal.retrying(
                                Tal.emitting(Tal.python("split.py"), Map.of("parts", stream)),
                                Map.of("errorEquals", List.of("Timeout"), "maxAttempts", 1L),
                                Map.of("errorEquals", List.of("ALL"))))
                .function("body", Tal.timeout(Tal.replay("0s"), "5s"))
                .function("charge", Tal.compensated(Tal.http("https://pay.example/charge"), "refund"))
                .function("refund", Tal.http("https://pay.example/refund"))
                .function("totals", Tal.emitting(Tal.python("totals.py"), Map.of("total", "value")));
    }

    @Test
    void startsByASchedule() {
        Workflow built = Tal.workflow("nightly")
                .startsAt("0 2 * * *", Map.of("at", "${ event.time }"))
                .rule(when(started()).complete("${ input }"))
                .build();
        assertThat(built.start())
                .hasValueSatisfying(start -> assertThat(start)
                        .isInstanceOfSatisfying(
                                Start.OnSchedule.class,
                                schedule -> assertThat(schedule.schedule()).isEqualTo("0 2 * * *")));
    }

    private static void isWritten(Workflow built, String yaml) throws IOException {
        Path file = Path.of("src/test/resources/golden/tal/good").resolve(yaml);
        assertThat(built)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Position.class)
                .isEqualTo(Formats.load(yaml, Files.readAllBytes(file)));
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
