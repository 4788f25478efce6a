package io.talflow.tal.semantics;

import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.semantics.Invocation.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where an event that has not come would come from: a function that runs, a rule that has not fired, somebody outside. */
final class Awaited {
    /** Invocations that are named. */
    private static final int MOST_NAMED = 5;
    /** Rows of invocations that one explanation looks at, the newest first; it is made while the task's events wait. */
    private static final int MOST_READ = 5_000;

    private final TaskState state;
    private final TaskHeader header;
    private final Timers timers;
    private final Program program;
    private final List<CompiledRule> rules;
    private final Map<String, Open> known = new LinkedHashMap<>();
    private int read;

    /** @param rules those of the definition and those that were added */
    Awaited(TaskState state, TaskHeader header, Timers timers, Program program, List<CompiledRule> rules) {
        this.state = state;
        this.header = header;
        this.timers = timers;
        this.program = program;
        this.rules = rules;
    }

    /** What is open of a node. */
    private static final class Open {
        private final List<Object> named = new ArrayList<>();
        private long count;
    }

    /** Adds {@code type} and {@code topic} of an event from outside; else {@code openInvocations} and {@code running}, or {@code calledBy}. */
    void tell(Leaf leaf, Map<String, Object> told) {
        if (leaf.type() == LeafType.EVENT) {
            EventDeclaration event = program.workflow().events().get(leaf.name());
            told.put("type", event.type());
            event.topic().ifPresent(topic -> told.put("topic", topic));
        } else if (leaf.type() != LeafType.STARTED) {
            node(leaf.name(), told);
        }
    }

    /** Of a node's events: what is open of it, or who would call it. */
    void node(String node, Map<String, Object> told) {
        Open open = known.computeIfAbsent(node, this::open);
        if (open.count > 0) {
            told.put("openInvocations", open.count);
            told.put("running", open.named);
            return;
        }
        List<Object> callers = new ArrayList<>();
        for (CompiledRule rule : rules) {
            if (rule.calls().contains(node)) {
                callers.add(caller(rule));
            }
        }
        told.put("calledBy", callers);
    }

    private Map<String, Object> caller(CompiledRule rule) {
        RuleState ruleState = state.rule(rule);
        Map<String, Object> caller = new LinkedHashMap<>();
        caller.put("rule", rule.id());
        caller.put("state", ruleState.name(rule));
        caller.put("firings", (long) ruleState.firings());
        return caller;
    }

    private Open open(String node) {
        Open open = new Open();
        for (CompiledRule rule : rules) {
            if (header.open > 0 && rule.calls().contains(node)) {
                open(rule, node, open);
            }
        }
        return open;
    }

    private void open(CompiledRule rule, String node, Open open) {
        for (int ordinal = state.rule(rule).firings() - 1; ordinal >= 0; ordinal--) {
            for (String call : Calls.of(rule, ordinal)) {
                if (++read > MOST_READ) {
                    return;
                }
                Invocation invocation = state.invocation(call);
                if (invocation != null
                        && invocation.isOpen()
                        && invocation.node().equals(node)) {
                    open.count++;
                    if (open.named.size() < MOST_NAMED) {
                        open.named.add(invocation(invocation));
                    }
                }
            }
        }
    }

    private Map<String, Object> invocation(Invocation invocation) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("firing", header.firingPrefix() + invocation.call());
        told.put("function", invocation.function());
        told.put("status", invocation.phase().name());
        told.put("attempt", (long) invocation.attempt());
        told.put("wantedAt", invocation.wantedAt());
        if (invocation.phase() == Phase.BACKOFF) {
            told.put("retryAt", timers.at("r/" + invocation.call()) / 1000);
        }
        return told;
    }
}
