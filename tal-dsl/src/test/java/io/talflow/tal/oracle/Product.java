package io.talflow.tal.oracle;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.oracle.Fired.Branch;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The product's side: the same flow as TAL text, the same log as events, the firings as its decisions tell them. */
final class Product {
    private static final String TASK = TalText.WORKFLOW + "/k";
    private static final Map<String, Branch> BRANCHES =
            Map.of("do", Branch.DO, "else", Branch.ELSE, "onTimeout", Branch.TIMEOUT, "onFailed", Branch.FAILED);

    private Product() {}

    static List<Fired> firings(Case of) {
        Interpreter interpreter =
                new Interpreter(Formats.load("drawn.yaml", TalText.of(of.flow()).getBytes(StandardCharsets.UTF_8)));
        List<Fired> fired = new ArrayList<>();
        tell(0, interpreter.start("k", Map.of()), fired);
        for (int index = 0; index < of.log().size(); index++) {
            tell(index + 1, interpreter.on(event(of.log().get(index))), fired);
        }
        return fired;
    }

    private static void tell(int index, List<Effect> effects, List<Fired> fired) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Decision decision && decision.data().get("fired") instanceof List<?> all) {
                all.forEach(one -> tell(index, (Map<?, ?>) one, fired));
            }
        }
    }

    /** A match that nothing fired for has no ordinal. */
    private static void tell(int index, Map<?, ?> one, List<Fired> fired) {
        if (one.get("ordinal") instanceof Long ordinal) {
            Branch branch = one.get("branch") == null
                    ? Boolean.FALSE.equals(one.get("condition")) ? Branch.ELSE : Branch.DO
                    : BRANCHES.get(one.get("branch"));
            fired.add(new Fired(one.get("rule").toString(), ordinal.intValue(), branch, "#" + index, List.of()));
        }
    }

    private static TalEvent event(RawEvent raw) {
        String type = switch (raw.type()) {
            case OUTSIDE -> TalText.type(raw.name());
            case UNKNOWN -> "com.example.undeclared";
            case POKE -> "io.talflow.task.timer.v1";
            case READY -> "io.talflow.data.ready.v1";
            case ITEM -> "io.talflow.data.item.v1";
            case CLOSE -> "io.talflow.data.closed.v1";
            case COMPLETED -> EventTypes.INVOCATION_COMPLETED;
            case FAILED -> EventTypes.INVOCATION_FAILED;
        };
        boolean outside = raw.firing().isEmpty();
        return new TalEvent(
                raw.id(),
                outside ? raw.source() : "/talflow/" + TASK,
                type,
                raw.subject(),
                TalEvent.Kind.CONTROL,
                TASK,
                outside ? "" : TASK + "@1/" + raw.firing(),
                outside ? 0 : 1,
                Map.of(),
                "{\"n\":%d}".formatted(raw.n()).getBytes(StandardCharsets.UTF_8));
    }
}
