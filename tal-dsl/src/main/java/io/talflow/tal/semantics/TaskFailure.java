package io.talflow.tal.semantics;

import io.talflow.tal.model.Position;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why a task fails, as its status shows it. The error codes are in docs/errors.md. */
final class TaskFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, Object> error;

    private TaskFailure(Map<String, Object> error) {
        super(String.valueOf(error.get("message")), null, false, false);
        this.error = error;
    }

    Map<String, Object> error() {
        return error;
    }

    static TaskFailure of(String code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("error", code);
        error.put("message", message);
        return new TaskFailure(error);
    }

    /** A rule that could not do what it says. */
    static TaskFailure ofRule(String code, CompiledRule rule, Position position, String message) {
        Position at = position.line() > 0 ? position : rule.rule().position();
        TaskFailure failure = of(
                code, "rule %s (line %d, column %d): %s".formatted(rule.rule().id(), at.line(), at.column(), message));
        failure.error.put("rule", rule.rule().id());
        return failure;
    }

    /** A function's failure that no rule waits for. */
    static TaskFailure ofInvocation(TaskHeader header, Invocation invocation, Object data) {
        Map<String, Object> error = new LinkedHashMap<>();
        if (data instanceof Map<?, ?> told) {
            told.forEach((name, value) -> error.put((String) name, value));
        }
        error.putIfAbsent("error", "Function.Error");
        error.putIfAbsent("message", "function %s failed".formatted(invocation.function()));
        error.put("rule", invocation.rule());
        error.put("node", invocation.node());
        error.put("firing", header.firingPrefix() + invocation.call());
        return new TaskFailure(error);
    }
}
