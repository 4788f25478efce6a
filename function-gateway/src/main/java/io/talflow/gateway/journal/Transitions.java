package io.talflow.gateway.journal;

import io.talflow.gateway.journal.Phase.Signal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A lifecycle as a table: (phase, signal) to phase. What is not listed does not happen. */
final class Transitions {
    /**
     * The life of a firing's attempt. A withdrawal may overtake the firing, hence the arrow from UNSEEN; one that comes
     * after the outcome changes nothing, and neither does an outcome after the withdrawal.
     */
    static final Transitions FIRING = new Transitions()
            .on(Signal.ACCEPT, Phase.UNSEEN, Phase.ACCEPTED)
            .on(Signal.WITHDRAW, Phase.UNSEEN, Phase.WITHDRAWN)
            .on(Signal.COMPLETE, Phase.ACCEPTED, Phase.COMPLETED)
            .on(Signal.FAIL, Phase.ACCEPTED, Phase.FAILED)
            .on(Signal.WITHDRAW, Phase.ACCEPTED, Phase.WITHDRAWN)
            .finals(Phase.COMPLETED, Phase.FAILED, Phase.WITHDRAWN);

    private record Step(Phase from, Signal signal) {}

    private final Map<Step, Phase> table = new LinkedHashMap<>();

    private Transitions on(Signal signal, Phase from, Phase to) {
        if (table.put(new Step(from, signal), to) != null) {
            throw new IllegalStateException("two transitions of %s on %s".formatted(from, signal));
        }
        return this;
    }

    private Transitions finals(Phase... phases) {
        Set<Phase> ends = EnumSet.copyOf(List.of(phases));
        for (Step step : table.keySet()) {
            if (ends.contains(step.from())) {
                throw new IllegalStateException("%s is final".formatted(step.from()));
            }
        }
        return this;
    }

    /** The phase after the signal; empty if the signal means nothing in this phase. */
    Optional<Phase> next(Phase from, Signal signal) {
        return Optional.ofNullable(table.get(new Step(from, signal)));
    }

    /** The table as a Mermaid state diagram. */
    String mermaid() {
        List<String> lines = new ArrayList<>(List.of("stateDiagram-v2"));
        table.forEach((step, to) -> lines.add("    %s --> %s: %s".formatted(step.from(), to, step.signal())));
        return String.join("\n", lines) + "\n";
    }
}
