package io.talflow.tal.semantics;

import io.talflow.tal.model.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids of the calls of a firing: {@code rule/ordinal} for the first, {@code rule/ordinal.K} for the K-th more where one
 * firing invokes several functions.
 */
final class Calls {
    private Calls() {}

    static String id(CompiledRule rule, int ordinal, int call) {
        String first = rule.rule().id() + "/" + ordinal;
        return call == 0 ? first : first + "." + call;
    }

    /** Every call a firing of the rule can have made. */
    static List<String> of(CompiledRule rule, int ordinal) {
        int most = Math.max(
                invocations(rule.rule().reactions().actions()), invocations(rule.rule().reactions().otherwise()));
        List<String> ids = new ArrayList<>(most);
        for (int call = 0; call < most; call++) {
            ids.add(id(rule, ordinal, call));
        }
        return ids;
    }

    /** The nodes a rule invokes. */
    static List<String> nodes(CompiledRule rule) {
        List<String> nodes = new ArrayList<>(1);
        for (Action action : rule.allActions()) {
            if (action instanceof Action.Invoke invoke) {
                nodes.add(invoke.as());
            }
        }
        return nodes;
    }

    private static int invocations(List<Action> actions) {
        int count = 0;
        for (Action action : actions) {
            if (action instanceof Action.Invoke) {
                count++;
            }
        }
        return count;
    }
}
