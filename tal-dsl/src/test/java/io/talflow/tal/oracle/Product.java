package io.talflow.tal.oracle;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.oracle.Fired.Branch;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.yaml.snakeyaml.Yaml;

/** The product's side: the same flow as TAL text, the same log as events, the firings as its decisions tell them. */
final class Product {
    private static final String TASK = TalText.WORKFLOW + "/k";
    private static final String START_ID = TASK + "/start";
    private static final String UNDO = "compensate:";

    /** When the interpreter's first event is stamped. */
    private static final long START_MILLIS = 1_700_000_000_001L;

    private static final Map<String, Branch> BRANCHES =
            Map.of("do", Branch.DO, "else", Branch.ELSE, "onTimeout", Branch.TIMEOUT, "onFailed", Branch.FAILED);

    private Product() {}

    static Workflow workflow(Case of) {
        return Formats.load("drawn.yaml", TalText.of(of.flow()).getBytes(StandardCharsets.UTF_8));
    }

    static List<Fired> firings(Case of, Engine.Maker maker) {
        return run(of, maker, new ArrayList<>());
    }

    /** The firings, and after them all calls that the task makes. */
    static List<Fired> firingsAndCalls(Case of, Engine.Maker maker) {
        List<Fired> calls = new ArrayList<>();
        List<Fired> all = run(of, maker, calls);
        all.addAll(calls);
        return all;
    }

    private static List<Fired> run(Case of, Engine.Maker maker, List<Fired> calls) {
        Engine engine = maker.of(workflow(of), TalText.of(of.flow()));
        List<Fired> fired = new ArrayList<>();
        Map<String, Object> data = Map.of("workflow", TalText.WORKFLOW, "version", engine.version(), "input", Map.of());
        TalEvent start = TalEvent.engine(START_ID, "/talflow/test", EventTypes.TASK_STARTED, TASK, data)
                .with(EventTypes.NODES, nodes(Placed.FIRST));
        tell(0, engine.on(start, START_MILLIS), fired, calls);
        for (int index = 0; index < of.log().size(); index++) {
            RawEvent raw = of.log().get(index);
            tell(index + 1, engine.on(event(of.flow(), raw), START_MILLIS + raw.timeMillis()), fired, calls);
        }
        return fired;
    }

    private static void tell(int index, List<Effect> effects, List<Fired> fired, List<Fired> calls) {
        tell(TASK, decision -> "#" + index, START_MILLIS, effects, fired);
        effects.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .map(effect -> called((Effect.Dispatch) effect, "#" + index))
                .forEach(calls::add);
    }

    private static Fired called(Effect.Dispatch call, String at) {
        String firing = call.firing().substring((TASK + "@1/").length());
        return Placed.called(firing, call.attempt(), call.nodes().replace(",", ""), at);
    }

    private static String nodes(String letters) {
        return String.join(",", letters.split(""));
    }

    /**
     * Every firing emits one event that tells what it saw; the decision tells the same firings in the same order.
     *
     * @param place of what an event brought, from the decision
     * @param epochMillis from when deadlines are counted
     */
    static void tell(
            String task,
            Function<Map<String, Object>, String> place,
            long epochMillis,
            List<Effect> effects,
            List<Fired> fired) {
        Deque<List<String>> seen = new ArrayDeque<>();
        List<Effect.Dispatch> undos = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Dispatch call
                    && call.attempt() == 1
                    && call.as().startsWith(UNDO)) {
                undos.add(call);
            }
            if (effect instanceof Effect.Emit emit) {
                List<String> events = new ArrayList<>();
                ((List<?>) ((Map<?, ?>) emit.event().value()).get("events")).forEach(id -> events.add(id(id)));
                seen.add(events);
            }
        }
        List<Fired> ends = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Decision decision && decision.task().equals(task)) {
                String at = place.apply(decision.data());
                if (decision.data().get("fired") instanceof List<?> all) {
                    all.forEach(one -> tell(at, epochMillis, (Map<?, ?>) one, seen, fired));
                }
                if (decision.data().get("ended") instanceof String status) {
                    ends.add(new Fired("task", 0, Branch.END, at, List.of(status)));
                }
            }
        }
        undos.forEach(call -> fired.add(undo(call, place.apply(Map.of()))));
        fired.addAll(ends);
    }

    private static Fired undo(Effect.Dispatch call, String at) {
        int number = Integer.parseInt(call.firing().substring(call.firing().lastIndexOf('/') + 1));
        return new Fired(
                End.COMPENSATE, number, Branch.UNDO, at, List.of(call.as().substring(UNDO.length())));
    }

    /** A start's has none that both sides know. */
    static String id(Object event) {
        String id = String.valueOf(event);
        return id.equals(START_ID) || id.startsWith("start/") ? "start" : id;
    }

    /** A match that nothing fired for has no ordinal. */
    private static void tell(String at, long epochMillis, Map<?, ?> one, Deque<List<String>> seen, List<Fired> fired) {
        if (one.get("ordinal") instanceof Long ordinal) {
            String when = one.get("at") instanceof Long millis ? "@" + (millis - epochMillis) : at;
            Branch branch = BRANCHES.get(one.get("branch"));
            fired.add(new Fired(one.get("rule").toString(), ordinal.intValue(), branch, when, seen.remove()));
        }
    }

    private static TalEvent event(Flow flow, RawEvent raw) {
        boolean names = raw.type() == RawEvent.Type.LOST || raw.type() == RawEvent.Type.PLACED;
        if (names && !raw.subject().isEmpty()) {
            return event(flow, raw.withoutSubject()).with(EventTypes.NODES, nodes(raw.subject()));
        }
        boolean outside = !raw.type().isSaid();
        return new TalEvent(
                raw.id(),
                outside ? raw.source() : "/talflow/" + TASK,
                type(raw),
                raw.type() == RawEvent.Type.OUTSIDE ? raw.subject() : "",
                TalEvent.Kind.CONTROL,
                TASK,
                outside ? "" : TASK + "@1/" + raw.firing(),
                outside ? 0 : raw.attempt(),
                Map.of(EventTypes.DATUM, raw.name(), EventTypes.SLICE, raw.id()),
                Json.bytes(data(flow, raw)));
    }

    private static Map<String, ?> data(Flow flow, RawEvent raw) {
        return switch (raw.type()) {
            case COMPLETED -> result(flow, raw);
            case CLOSE -> Map.of("count", raw.n());
            case FAILED -> Map.of("error", "E" + raw.n(), "n", raw.n());
            case ENABLE -> Map.of("enable", raw.name(), "by", "test");
            case DISABLE -> Map.of("disable", raw.name(), "by", "test");
            case ADD -> Map.of("add", added(flow, raw.name()), "by", "test");
            case CANCEL -> Map.of("compensate", raw.n() > 0);
            case LOST -> Map.of("reason", "drawn");
            case PLACED -> Map.of();
            default -> Map.of("n", raw.n());
        };
    }

    private static Map<String, ?> result(Flow flow, RawEvent raw) {
        Map<String, Object> result = new HashMap<>(Map.of("n", raw.n()));
        flow.functions().stream()
                .filter(function -> function.name().equals(raw.name()))
                .forEach(function -> {
                    Map<String, Object> value = Map.of("n", raw.n());
                    raw.bringsSlices()
                            .ifPresent(slices -> function.streams()
                                    .forEach(stream -> result.put(stream, Collections.nCopies(slices, value))));
                    if (raw.bringsValues()) {
                        function.values().forEach(name -> result.put(name, value));
                    }
                });
        return result;
    }

    private static Object added(Flow flow, String name) {
        return flow.addable().stream()
                .filter(rule -> rule.id().equals(name))
                .findFirst()
                .<Object>map(rule -> new Yaml().load(TalText.rule(flow, rule)))
                .orElse(Map.of("id", name));
    }

    private static String type(RawEvent raw) {
        return switch (raw.type()) {
            case OUTSIDE -> TalText.type(raw.name());
            case UNKNOWN -> "com.example.undeclared";
            case POKE -> EventTypes.TASK_TIMER;
            case READY -> EventTypes.DATA_READY;
            case ITEM -> EventTypes.DATA_ITEM;
            case CLOSE -> EventTypes.DATA_CLOSED;
            case COMPLETED -> EventTypes.INVOCATION_COMPLETED;
            case FAILED -> EventTypes.INVOCATION_FAILED;
            case LOST -> EventTypes.INVOCATION_LOST;
            case PLACED -> EventTypes.TASK_PLACED;
            case CANCEL -> EventTypes.TASK_CANCEL;
            case ENABLE, DISABLE, ADD -> EventTypes.TASK_RULES;
        };
    }
}
