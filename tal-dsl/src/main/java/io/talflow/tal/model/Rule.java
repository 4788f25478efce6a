package io.talflow.tal.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A trigger-action pair: when {@code when} happens and {@code condition} holds, {@code reactions.actions} fire in order
 * as one decision.
 *
 * @param condition a CEL expression of type bool; empty means true
 * @param maxConcurrency how many of its invocations may be with a node at a time; 0: any number
 * @param enabled whether it is armed when the task starts
 */
public record Rule(
        String id,
        EventExpression when,
        Optional<Template.Expression> condition,
        Fires fires,
        Reactions reactions,
        int maxConcurrency,
        boolean enabled,
        Position position) {

    /** How often a rule may fire in one task. */
    public enum Fires {
        ONCE,
        EACH
    }

    /**
     * What a rule does, by what happened to its expression.
     *
     * @param actions it matched and the condition holds
     * @param otherwise it matched and the condition does not hold
     * @param onTimeout the window of its root ended
     * @param onFailed the stream it gathers failed
     */
    public record Reactions(
            List<Action> actions, List<Action> otherwise, List<Action> onTimeout, List<Action> onFailed) {
        public Reactions {
            actions = List.copyOf(actions);
            otherwise = List.copyOf(otherwise);
            onTimeout = List.copyOf(onTimeout);
            onFailed = List.copyOf(onFailed);
        }

        public static Reactions of(List<Action> actions) {
            return of(actions, List.of());
        }

        public static Reactions of(List<Action> actions, List<Action> otherwise) {
            return new Reactions(actions, otherwise, List.of(), List.of());
        }

        /** All of them, in the order of the fields. */
        public List<Action> all() {
            List<Action> all = new ArrayList<>(actions);
            all.addAll(otherwise);
            all.addAll(onTimeout);
            all.addAll(onFailed);
            return all;
        }
    }

    public Rule {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(reactions, "reactions");
        if (maxConcurrency < 0) {
            throw new IllegalArgumentException("maxConcurrency: must be 1 or more, is " + maxConcurrency);
        }
    }

    /** An enabled rule without a bound on its invocations. */
    public static Rule of(
            String id,
            EventExpression when,
            Optional<Template.Expression> condition,
            Fires fires,
            Reactions reactions,
            Position position) {
        return new Rule(id, when, condition, fires, reactions, 0, true, position);
    }
}
