package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Runs one task of a workflow to its end, its invocations completing in a seeded random order. */
public final class DagRun {
    /** What was invoked, in order; a foreach node once for each slice. */
    public final List<String> invoked = new ArrayList<>();

    public final Set<String> completed = new HashSet<>();
    public final Set<String> skipped = new HashSet<>();
    /** Nodes that were complete when a node was first invoked. */
    public final Map<String, Set<String>> completedBefore = new HashMap<>();

    public final Map<String, String> inputs = new HashMap<>();
    public final Map<String, Object> status;

    private DagRun(Workflow workflow, Object input, Map<String, String> errors, Random random) {
        Interpreter interpreter = new Interpreter(workflow);
        List<Effect.Dispatch> open = new ArrayList<>();
        take(interpreter.start("k", input), open);
        while (!open.isEmpty()) {
            Effect.Dispatch next = open.remove(random.nextInt(open.size()));
            if (errors.containsKey(next.as())) {
                take(interpreter.fail(next, errors.get(next.as()), "as the test says"), open);
            } else {
                completed.add(next.as());
                take(interpreter.complete(next, replayed(workflow, next.function())), open);
            }
        }
        this.status = interpreter.status("k");
    }

    public static DagRun of(Workflow workflow, Object input, long seed) {
        return of(workflow, input, Map.of(), seed);
    }

    /** @param errors nodes that fail, with their errors */
    public static DagRun of(Workflow workflow, Object input, Map<String, String> errors, long seed) {
        return new DagRun(workflow, input, errors, new Random(seed));
    }

    public Object output() {
        assertThat(status).as("%s", status).containsEntry("status", "COMPLETED");
        return status.get("output");
    }

    private void take(List<Effect> effects, List<Effect.Dispatch> open) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Dispatch dispatch) {
                invoked.add(dispatch.as());
                inputs.put(dispatch.as(), new String(dispatch.input(), java.nio.charset.StandardCharsets.UTF_8));
                completedBefore.putIfAbsent(dispatch.as(), new HashSet<>(completed));
                open.add(dispatch);
            } else if (effect instanceof Effect.Withdraw withdraw) {
                open.removeIf(dispatch -> dispatch.firing().equals(withdraw.firing()));
            } else if (effect instanceof Effect.Status record
                    && "SKIPPED".equals(record.data().get("status"))) {
                skipped.add((String) record.data().get("node"));
            }
        }
    }

    /** What a replay of a function gives back: a descriptor for each datum it declares. */
    public static Map<String, Object> replayed(Workflow workflow, String name) {
        Map<String, Object> result = new LinkedHashMap<>();
        for (Function.Datum datum : workflow.functions().get(name).emits().values()) {
            Object slice = Map.of("bytes", datum.bytes());
            List<Object> slices = new ArrayList<>();
            for (int index = 0; index < datum.slices(); index++) {
                slices.add(slice);
            }
            result.put(datum.name(), datum.kind() == Function.Datum.Kind.STREAM ? slices : slice);
        }
        return result;
    }
}
