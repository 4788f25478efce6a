package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.RuleReader;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The rules that were added to a task while it runs, ready to run. */
final class AddedRules {
    /** Rules a task may be given. */
    static final int MOST = 1_000;

    private static final String ROW = "x/";
    private final RuleIndex index = new RuleIndex();

    private AddedRules() {}

    static AddedRules of(TaskState state, Workflow workflow) {
        AddedRules rules = new AddedRules();
        int count = state.number("x");
        for (int at = 0; at < count; at++) {
            Object rule = ((Map<?, ?>) state.json(ROW + at)).get("rule");
            rules.index.add(new CompiledRule(CompiledRule.ADDED + at, RuleReader.printed(rule), workflow), workflow);
        }
        return rules;
    }

    /** What a task's added rules are known by: tasks that were given the same ones in the same order share them. */
    static String key(TaskState state) {
        return state.text("x~");
    }

    RuleIndex index() {
        return index;
    }

    /** Adds a rule. @return its row name */
    static String add(TaskRun run, Rule rule, Object given) {
        int count = run.header.added;
        if (count == MOST) {
            throw TaskFailure.of(
                    "Task.TooManyRules", "a task may be given %d rules; %s is one more".formatted(MOST, rule.id()));
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", TalPrinter.rule(named(run, rule)));
        row.put("given", given);
        run.state.put(ROW + count, Json.bytes(row));
        String before = key(run.state) == null ? "" : key(run.state);
        run.state.putText("x~", Digest.of(before, Json.text(row.get("rule"))));
        run.header.added++;
        run.state.putNumber("x", run.header.added);
        run.added(CompiledRule.ADDED + count);
        return CompiledRule.ADDED + count;
    }

    static boolean isAdded(CompiledRule rule) {
        return rule.row().startsWith(CompiledRule.ADDED);
    }

    /** What an added rule was given. */
    static Object given(TaskState state, CompiledRule rule) {
        return isAdded(rule)
                ? ((Map<?, ?>) state.json(ROW + rule.row().substring(CompiledRule.ADDED.length()))).get("given")
                : Map.of();
    }

    /** The rule under its own id, or, if the task has a rule of that id, the id with a number. */
    private static Rule named(TaskRun run, Rule rule) {
        String id = rule.id();
        for (int again = 1; run.ruleById(id) != null; again++) {
            id = rule.id() + "." + again;
        }
        return new Rule(
                id,
                rule.when(),
                rule.condition(),
                rule.fires(),
                rule.reactions(),
                rule.maxConcurrency(),
                rule.enabled(),
                rule.position());
    }
}
