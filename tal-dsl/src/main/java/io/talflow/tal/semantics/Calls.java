package io.talflow.tal.semantics;

import io.talflow.tal.model.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids of the calls of a firing: {@code rule/ordinal} for the first, {@code rule/ordinal.K} for the K-th more where one
 * firing makes several.
 */
final class Calls {
    private Calls() {}

    static String id(CompiledRule rule, int ordinal, int call) {
        String first = rule.id() + "/" + ordinal;
        return call == 0 ? first : first + "." + call;
    }

    /** Every call a firing of the rule can have made. */
    static List<String> of(CompiledRule rule, int ordinal) {
        int most = most(rule);
        List<String> ids = new ArrayList<>(most);
        for (int call = 0; call < most; call++) {
            ids.add(id(rule, ordinal, call));
        }
        return ids;
    }

    /** The most calls one firing of the rule can make. */
    static int most(CompiledRule rule) {
        var reactions = rule.rule().reactions();
        return Math.max(
                Math.max(count(reactions.actions()), count(reactions.otherwise())),
                Math.max(count(reactions.onTimeout()), count(reactions.onFailed())));
    }

    private static int count(List<Action> actions) {
        int count = 0;
        for (Action action : actions) {
            if (action instanceof Action.Invoke || action instanceof Action.Start || action instanceof Action.Skip) {
                count++;
            }
        }
        return count;
    }
}
