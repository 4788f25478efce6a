package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules in order, and the way from an occurrence to the nodes it concerns and to no other. */
final class RuleIndex {
    static final RuleIndex NONE = new RuleIndex();

    private final List<CompiledRule> rules = new ArrayList<>();
    private final Map<String, CompiledRule> byId = new HashMap<>();
    private final Map<String, CompiledRule> byRow = new HashMap<>();
    private final Map<LeafKey, List<Subscription>> concerned = new HashMap<>();
    private final List<CompiledRule> beginning = new ArrayList<>();
    private int outside;

    /** A node of a rule that an occurrence concerns: a leaf; of a stream's end a gather or a batch. */
    record Subscription(CompiledRule rule, CompiledRule.Node node) {}

    /** Leaves are asked from the last to the first, so that an occurrence fills the latest part of a sequence it can. */
    void add(CompiledRule rule, Workflow workflow) {
        rules.add(rule);
        byId.put(rule.id(), rule);
        byRow.put(rule.row(), rule);
        if (rule.rule().enabled()) {
            outside += rule.awaitsOutside() ? 1 : 0;
            if (rule.beginsWhenArmed()) {
                beginning.add(rule);
            }
        }
        for (int number = rule.nodes().size() - 1; number >= 0; number--) {
            CompiledRule.Node node = rule.node(number);
            EventExpression expression = node.expression();
            if (expression instanceof Leaf leaf) {
                subscribe(LeafKey.of(leaf, workflow), rule, node);
            } else if (expression instanceof Gather gather) {
                subscribe(LeafKey.closed(gather.producer(), gather.stream()), rule, node);
                subscribe(LeafKey.streamFailed(gather.producer(), gather.stream()), rule, node);
            } else if (expression instanceof Batch batch
                    && batch.of() instanceof Leaf leaf
                    && leaf.type() == LeafType.ITEM) {
                subscribe(LeafKey.closed(leaf.name(), leaf.datum()), rule, node);
                subscribe(LeafKey.streamFailed(leaf.name(), leaf.datum()), rule, node);
            }
        }
    }

    private void subscribe(LeafKey key, CompiledRule rule, CompiledRule.Node node) {
        concerned.computeIfAbsent(key, ignored -> new ArrayList<>()).add(new Subscription(rule, node));
    }

    List<Subscription> concerned(LeafKey key) {
        return concerned.getOrDefault(key, List.of());
    }

    List<CompiledRule> rules() {
        return rules;
    }

    /** Of those armed from the start, the ones in which something begins then. */
    List<CompiledRule> beginning() {
        return beginning;
    }

    /** How many of those armed from the start an event from outside could make fire. */
    int outside() {
        return outside;
    }

    /** The rule of that id, or null. */
    CompiledRule byId(String id) {
        return byId.get(id);
    }

    /** The rule of that row name, or null. */
    CompiledRule byRow(String row) {
        return byRow.get(row);
    }
}
