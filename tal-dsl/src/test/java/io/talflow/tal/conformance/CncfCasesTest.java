package io.talflow.tal.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.tal.conformance.CncfCase.Emitter;
import io.talflow.tal.conformance.Jq.Inexpressible;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The cases of the CNCF's sdk-java, as TAL:")
class CncfCasesTest {
    private static final String KEY = "k";

    /** Without those that start another workflow: the interpreter runs tasks of one. */
    static Stream<CncfCase> cases() {
        return CncfCase.all().stream().filter(each -> each.needs().isEmpty());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void endAsTheSdkAsserts(CncfCase wanted) {
        Interpreter interpreter = interpreter(wanted.text());
        interpreter.start(KEY, wanted.input());
        for (Emitter emitter : wanted.emitters()) {
            assertThat(interpreter.status(KEY)).containsEntry("status", "RUNNING");
            for (TalEvent sent : sent(emitter)) {
                interpreter.on(new TalEvent(
                        sent.id(),
                        sent.source(),
                        sent.type(),
                        "",
                        TalEvent.Kind.CONTROL,
                        wanted.workflow() + "/" + KEY,
                        "",
                        0,
                        Map.of(),
                        sent.data()));
            }
        }
        for (int second = 1; second < 3; second++) {
            interpreter.on(Interpreter.poke(wanted.workflow() + "/" + KEY), 1_700_000_000_000L + second * 1_000L);
        }
        wanted.check(interpreter.status(KEY));
    }

    @Test
    void areAllThere() {
        assertThat(CncfCase.all()).hasSize(13);
        assertThat(CncfCase.all())
                .filteredOn(each -> !each.emitters().isEmpty())
                .hasSize(2);
        assertThat(CncfCase.all()).filteredOn(each -> !each.needs().isEmpty()).hasSize(1);
    }

    @Test
    void anEventThatDoesNotPassTheFilterLeavesTheListenerWaiting() {
        CncfCase filtered = CncfCase.all().stream()
                .filter(each -> each.workflow().equals("listen-to-any-filter"))
                .findFirst()
                .orElseThrow();
        Interpreter interpreter = interpreter(filtered.text());
        interpreter.start(KEY, filtered.input());
        for (int temperature = 37; temperature < 40; temperature++) {
            assertThat(interpreter.status(KEY)).containsEntry("status", "RUNNING");
            interpreter.on(TalEvent.engine(
                    "t" + temperature,
                    "/hospital",
                    "com.fake-hospital.vitals.measurements.temperature",
                    filtered.workflow() + "/" + KEY,
                    Map.of("temperature", temperature)));
        }
        filtered.check(interpreter.status(KEY));
    }

    @Test
    void whatHasNoCounterpartIsNamed() {
        Map<String, Object> document = Map.of(
                "document", Map.of("name", "w"), "do", List.of(Map.of("t", Map.of("call", "http", "with", Map.of()))));
        assertThatThrownBy(() -> CncfTal.of(document, List.of()))
                .isInstanceOf(Inexpressible.class)
                .hasMessageContaining("task t")
                .hasMessageContaining("call");
        assertThatThrownBy(() -> Jq.toCel("map(.x)", "event.data", Map.of()))
                .isInstanceOf(Inexpressible.class)
                .hasMessageContaining("map");
    }

    private static Interpreter interpreter(String text) {
        return new Interpreter(Formats.load("case.json", text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<TalEvent> sent(Emitter emitter) {
        List<TalEvent> sent = new ArrayList<>();
        for (Effect effect : interpreter(emitter.text()).start(KEY, emitter.input())) {
            if (effect instanceof Effect.Emit emit && !emit.event().type().startsWith("com.example.")) {
                sent.add(emit.event());
            }
        }
        assertThat(sent).as(emitter.workflow()).isNotEmpty();
        return sent;
    }
}
