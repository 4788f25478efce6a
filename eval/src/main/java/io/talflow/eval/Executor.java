package io.talflow.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the functions of a chain are. */
enum Executor {
    /** No function at all: answered inside the gateway, so that what is left is the engine. */
    none(""),
    /** Warm Python functions that answer with their input. */
    process("process_");

    private final String prefix;

    Executor(String prefix) {
        this.prefix = prefix;
    }

    /** What its metrics' names begin with. */
    String prefix() {
        return prefix;
    }

    /** Applies a workflow of that many functions one after the other. */
    Embedded.Workflow apply(Embedded stack, int hops) throws IOException, InterruptedException {
        String workflow = "bench-chain-" + name();
        StringBuilder rules = new StringBuilder();
        for (int hop = 1; hop <= hops; hop++) {
            rules.append("  - when: %s\n".formatted(hop == 1 ? "started" : "{completed: n%d}".formatted(hop - 1)));
            rules.append("    do: {invoke: step, as: n%d, with: \"${ input }\"}\n".formatted(hop));
        }
        String text = """
                tal: 1
                workflow: %s
                functions:
                  step: {%s}
                rules:
                %s  - when: {completed: n%d}
                    do: {complete: "${ event.data }"}
                """.formatted(workflow, this == none ? "replay: {runtime: 0s}" : "python: step.py", rules, hops);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("workflow.yaml", text.getBytes(StandardCharsets.UTF_8));
        if (this == process) {
            files.put("step.py", "def handler(ctx, input):\n    return input\n".getBytes(StandardCharsets.UTF_8));
        }
        return stack.apply(workflow, files);
    }
}
