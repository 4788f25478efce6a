package io.talflow.tal.semantics;

import io.talflow.tal.JsonSchema;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A workflow made ready to run: expressions numbered, occurrences indexed to the nodes they concern. CEL is compiled
 * when a rule is first concerned, since a task of a thousand rules usually starts with one of them. Thread-confined.
 */
public final class Program {
    private final Workflow workflow;
    private final String version;
    private final JsonSchema inputSchema;
    private final List<CompiledRule> rules = new ArrayList<>();
    private final Map<LeafKey, List<Subscription>> index = new HashMap<>();
    private final Map<String, Function> functionOfNode = new HashMap<>();
    private final Map<String, Integer> ruleIndex = new HashMap<>();
    private final Set<String> keptResults = new HashSet<>();
    private final List<CompiledRule> awaitingOutside = new ArrayList<>();

    /** A leaf (or, for CLOSED, a gather) of a rule that an occurrence concerns. */
    record Subscription(CompiledRule rule, int node) {}

    private Program(Workflow workflow, String version) {
        this.workflow = workflow;
        this.inputSchema = JsonSchema.of(workflow.inputSchema());
        this.version = version;
        for (Rule rule : workflow.rules()) {
            add(new CompiledRule(rules.size(), rule, workflow));
        }
    }

    /** @param version digest of the definition and its code */
    public static Program of(Workflow workflow, String version) {
        return new Program(workflow, version);
    }

    private void add(CompiledRule compiled) {
        rules.add(compiled);
        ruleIndex.put(compiled.rule().id(), compiled.index());
        for (int node = 0; node < compiled.nodeCount(); node++) {
            EventExpression expression = compiled.node(node).expression();
            if (expression instanceof Leaf leaf) {
                subscribe(LeafKey.of(leaf, workflow), new Subscription(compiled, node));
                if (leaf.type() == EventExpression.LeafType.EVENT) {
                    awaitingOutside.add(compiled);
                }
            } else if (expression instanceof Gather gather) {
                subscribe(LeafKey.closed(gather.producer(), gather.stream()), new Subscription(compiled, node));
            }
        }
        for (Action action : compiled.allActions()) {
            if (action instanceof Action.Invoke invoke) {
                functionOfNode.put(invoke.as(), workflow.functions().get(invoke.function()));
            }
        }
        if (compiled.mayMentionResults()) {
            keptResults.addAll(compiled.mentions().results());
        }
    }

    private void subscribe(LeafKey key, Subscription subscription) {
        index.computeIfAbsent(key, ignored -> new ArrayList<>()).add(subscription);
    }

    public Workflow workflow() {
        return workflow;
    }

    public String version() {
        return version;
    }

    List<Subscription> concerned(LeafKey key) {
        return index.getOrDefault(key, List.of());
    }

    List<CompiledRule> rules() {
        return rules;
    }

    /** The rule of that id, or null. */
    CompiledRule rule(String id) {
        Integer at = ruleIndex.get(id);
        return at == null ? null : rules.get(at);
    }

    /** The function a node runs. */
    Function functionOf(String node) {
        return functionOfNode.get(node);
    }

    /** Whether some expression can read the result of {@code node} later. */
    boolean keepsResult(String node) {
        return keptResults.contains(node) || keptResults.contains("*");
    }

    /** What is wrong with an input, or null. */
    String checkInput(Object input) {
        return inputSchema.check(input);
    }

    /** Rules that an event from outside could still make fire. */
    List<CompiledRule> awaitingOutside() {
        return awaitingOutside;
    }
}
