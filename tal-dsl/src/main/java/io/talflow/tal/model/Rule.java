package io.talflow.tal.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A trigger-action pair: when {@code when} happens and {@code condition} holds, {@code actions} fire in order as one
 * decision; when it does not hold, {@code otherwise} fires instead.
 *
 * @param condition a CEL expression of type bool; empty means true
 */
public record Rule(
        String id,
        EventExpression when,
        Optional<Template.Expression> condition,
        Fires fires,
        List<Action> actions,
        List<Action> otherwise,
        Position position) {

    /** How often a rule may fire in one task. */
    public enum Fires {
        ONCE,
        EACH
    }

    public Rule {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(when, "when");
        actions = List.copyOf(actions);
        otherwise = List.copyOf(otherwise);
    }
}
