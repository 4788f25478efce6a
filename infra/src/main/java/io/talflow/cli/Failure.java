package io.talflow.cli;

import java.io.PrintWriter;
import java.util.Map;

/** Why a task ended without an output. */
final class Failure {
    private Failure() {}

    static void print(PrintWriter err, String task, Map<String, Object> status) {
        if (!(status.get("error") instanceof Map<?, ?> error)) {
            err.println("%s: %s".formatted(task, status.get("status")));
            return;
        }
        String where = error.get("node") != null
                ? "function %s failed".formatted(error.get("node"))
                : error.get("rule") != null ? "rule %s failed".formatted(error.get("rule")) : "the task failed";
        err.println("%s: %s: %s".formatted(where, error.get("error"), error.get("message")));
        if (error.get("trace") != null) {
            err.println(String.valueOf(error.get("trace")).stripTrailing());
        }
    }
}
