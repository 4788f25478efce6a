package io.talflow.eval;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the functions of a chain are. */
enum Executor {
    /** No function at all: answered inside the gateway, so that what is left is the engine. */
    none,
    /** Warm Python functions that answer with their input. */
    process;

    /** Files of the workflow's folder. */
    Map<String, byte[]> files(int hops) {
        StringBuilder rules = new StringBuilder();
        for (int hop = 1; hop <= hops; hop++) {
            rules.append("  - when: %s\n".formatted(hop == 1 ? "started" : "{completed: n%d}".formatted(hop - 1)));
            rules.append("    do: {invoke: step, as: n%d, with: \"${ input }\"}\n".formatted(hop));
        }
        String text =
                """
                tal: 1
                workflow: %s
                functions:
                  step: {%s}
                rules:
                %s  - when: {completed: n%d}
                    do: {complete: "${ event.data }"}
                """.formatted(Chain.WORKFLOW, this == none ? "replay: {runtime: 0s}" : "python: step.py", rules, hops);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("workflow.yaml", text.getBytes(StandardCharsets.UTF_8));
        if (this == process) {
            files.put("step.py", "def handler(ctx, input):\n    return input\n".getBytes(StandardCharsets.UTF_8));
        }
        return files;
    }
}
