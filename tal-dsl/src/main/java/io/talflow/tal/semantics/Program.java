package io.talflow.tal.semantics;

import io.talflow.tal.JsonSchema;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A workflow made ready to run: expressions numbered, occurrences indexed to the nodes they concern. CEL is compiled
 * when a rule is first concerned, since a task of a thousand rules usually starts with one of them. Thread-confined.
 */
public final class Program {
    /** Sets of added rules that are kept ready. */
    private static final int READY = 1_000;

    private final Workflow workflow;
    private final String version;
    private final JsonSchema inputSchema;
    private final RuleIndex index = new RuleIndex();
    private final Set<String> keptResults = new HashSet<>();
    private final Map<String, AddedRules> added = new LinkedHashMap<>();

    private Program(Workflow workflow, String version) {
        this.workflow = workflow;
        this.inputSchema = JsonSchema.of(workflow.inputSchema());
        this.version = version;
        for (Rule rule : workflow.rules()) {
            CompiledRule compiled =
                    new CompiledRule(Integer.toString(index.rules().size()), rule, workflow);
            index.add(compiled, workflow);
            look(compiled);
        }
    }

    /** @param version digest of the definition and its code */
    public static Program of(Workflow workflow, String version) {
        return new Program(workflow, version);
    }

    /** Notes what a rule, and every rule it may add, asks to be kept. */
    private void look(CompiledRule rule) {
        if (RuleCode.mayMentionResults(rule.rule())) {
            keptResults.addAll(rule.mentions().results());
        }
        for (Action action : rule.allActions()) {
            if (action instanceof Action.Add add) {
                look(new CompiledRule(CompiledRule.ADDED, add.rule(), workflow));
            }
        }
    }

    public Workflow workflow() {
        return workflow;
    }

    public String version() {
        return version;
    }

    RuleIndex index() {
        return index;
    }

    AddedRules added(TaskState state) {
        String key = AddedRules.key(state);
        AddedRules ready = added.get(key);
        if (ready == null) {
            ready = AddedRules.of(state, workflow);
            if (added.size() == READY) {
                added.clear();
            }
            added.put(key, ready);
        }
        return ready;
    }

    /** Whether some expression can read the result of {@code node} later. */
    boolean keepsResult(String node) {
        return keptResults.contains(node) || keptResults.contains("*");
    }

    /** Whether the workflow declares events of a CloudEvents type. */
    boolean declares(String type) {
        return workflow.events().values().stream()
                .anyMatch(event -> event.type().equals(type));
    }

    /** What is wrong with an input, or null. */
    String checkInput(Object input) {
        return inputSchema.check(input);
    }
}
