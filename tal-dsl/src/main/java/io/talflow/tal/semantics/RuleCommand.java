package io.talflow.tal.semantics;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.RuleReader;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A command from outside about a task's rules: add one, arm or disable one. */
final class RuleCommand {
    private RuleCommand() {}

    /**
     * What became of it.
     *
     * @param noted for the history: what was commanded, and by whom
     * @param refused why nothing changed; null: it did
     */
    record Result(Map<String, Object> noted, String refused) {}

    static Result apply(TaskRun run, Nodes nodes, TalEvent event) {
        Map<?, ?> command = event.value() instanceof Map<?, ?> map ? map : Map.of();
        Map<String, Object> noted = new LinkedHashMap<>();
        noted.put("by", String.valueOf(command.get("by")));
        if (command.get("add") instanceof Map) {
            return add(run, nodes, command, noted);
        }
        boolean enable = command.get("enable") instanceof String;
        String id = String.valueOf(command.get(enable ? "enable" : "disable"));
        noted.put(enable ? "enable" : "disable", id);
        return RuleSwitch.set(run, nodes, id, enable)
                ? new Result(noted, null)
                : new Result(noted, "the task has no rule " + id);
    }

    private static Result add(TaskRun run, Nodes nodes, Map<?, ?> command, Map<String, Object> noted) {
        List<Rule> before =
                run.addedRules().rules().stream().map(CompiledRule::rule).toList();
        Map<Object, Object> whole = new LinkedHashMap<>((Map<?, ?>) command.get("add"));
        if (command.get("given") != null) {
            whole.put("given", command.get("given"));
        }
        try {
            RuleReader.Read read = RuleReader.read(run.program.workflow(), before, whole);
            noted.put("add", read.rule().id());
            RuleSwitch.add(run, nodes, read.rule(), read.given());
        } catch (InvalidTal e) {
            return new Result(noted, "the rule does not check: " + e.getMessage());
        }
        return new Result(noted, null);
    }
}
