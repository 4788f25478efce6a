package io.talflow.tal.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A router with an engine and the oracle agree on drawn workflows whose tasks are started and found by keys, and on drawn
 * events that come by their topic. {@code -Doracle.cases} and {@code -Doracle.seed} as for {@link Agreement}.
 */
public final class KeyedAgreement {
    private static final long SEED = Long.getLong("oracle.seed", 20260103L);
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private final Routing.Maker router;
    private final Engine.Maker engine;
    private final String test;

    /** @param test how the calling test is run: {@code -pl MODULE -Dtest=NAME} */
    public KeyedAgreement(Routing.Maker router, Engine.Maker engine, String test) {
        this.router = router;
        this.engine = engine;
        this.test = test;
    }

    /** Fails at the first case on which they differ, made as small as it goes. */
    public void check(int cases) {
        long last = SEED + Integer.getInteger("oracle.cases", cases);
        for (long seed = SEED; seed < last; seed++) {
            Keys keys = Draw.keys(seed);
            Case drawn = Draw.keyed(seed);
            if (!told(drawn, keys).equals(expected(drawn, keys))) {
                Case smallest = Shrink.smallest(
                        drawn,
                        smaller -> isRead(smaller, keys) && !told(smaller, keys).equals(expected(smaller, keys)));
                assertThat(told(smallest, keys))
                        .as(
                                "%n%s# ingress: %s%n# again: mvn -q %s -Doracle.seed=%d -Doracle.cases=1%n",
                                keys.text(smallest.flow()), RawLog.print(smallest.log()), test, seed)
                        .isEqualTo(expected(smallest, keys));
            }
        }
    }

    private static List<String> expected(Case of, Keys keys) {
        return KeyedOracle.told(of.flow(), keys, of.log());
    }

    private static Workflow read(String text) {
        return Formats.load("drawn.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isRead(Case of, Keys keys) {
        try {
            read(keys.text(of.flow()));
            return true;
        } catch (InvalidTal e) {
            return false;
        }
    }

    private List<String> told(Case of, Keys keys) {
        String text = keys.text(of.flow());
        Routing routing = router.of(TalText.WORKFLOW, text);
        Engine tasks = engine.of(read(text), text);
        List<String> told = new ArrayList<>();
        Map<String, List<Fired>> fired = new TreeMap<>();
        for (RawEvent raw : of.log()) {
            long at = BEGIN_MILLIS + raw.timeMillis();
            Routing.Routed routed = raw.type() == RawEvent.Type.POKE
                    ? new Routing.Routed(List.of(poke(raw)), "")
                    : routing.route(event(raw), at);
            if (!routed.refused().isEmpty()) {
                told.add(routed.refused() + " " + raw.id());
            }
            for (TalEvent event : routed.appended()) {
                List<Effect> effects = tasks.on(event, at);
                effects.stream()
                        .filter(Effect.DeadLetter.class::isInstance)
                        .map(Effect.DeadLetter.class::cast)
                        .forEach(letter ->
                                told.add(letter.code() + " " + letter.event().id()));
                Product.tell(
                        event.task(),
                        decision -> "#" + Product.id(decision.get("event")),
                        BEGIN_MILLIS,
                        effects,
                        fired.computeIfAbsent(event.task(), first -> new ArrayList<>()));
            }
        }
        fired.forEach((task, all) ->
                all.forEach(one -> told.add(task.substring(TalText.WORKFLOW.length() + 1) + ": " + one)));
        return told;
    }

    private static TalEvent event(RawEvent raw) {
        return new TalEvent(
                raw.id(),
                raw.source(),
                raw.type() == RawEvent.Type.UNKNOWN ? "com.example.undeclared" : TalText.type(raw.name()),
                raw.subject(),
                TalEvent.Kind.CONTROL,
                "",
                "",
                0,
                Map.of(),
                Json.bytes(Map.of("n", raw.n())));
    }

    private static TalEvent poke(RawEvent raw) {
        String task = TalText.WORKFLOW + "/" + raw.subject();
        return TalEvent.engine(raw.id(), raw.source(), EventTypes.TASK_TIMER, task, Map.of());
    }
}
