package io.talflow.tal.oracle;

import java.util.List;
import java.util.OptionalInt;

/**
 * A workflow in the oracle's own words.
 *
 * @param events the declared events' names
 * @param functions the functions' names, with what they emit
 */
record Flow(List<String> events, List<Function> functions, List<Rule> rules) {

    /** @param streams names of the streams it declares; {@code values} of the single data */
    record Function(String name, List<String> streams, List<String> values) {}

    /** {@code {enable: RULE}} or {@code {disable: RULE}}. */
    record Switch(String rule, boolean on) {}

    /**
     * One rule.
     *
     * @param condition {@code if}: the matched event has an {@code n} of at least this
     * @param invoke a function that {@code do} invokes; empty: none
     */
    record Rule(
            String id,
            Expr when,
            boolean each,
            OptionalInt condition,
            boolean otherwise,
            boolean onTimeout,
            boolean onFailed,
            boolean enabled,
            String invoke,
            List<Switch> switches) {

        static Rule of(String id, Expr when) {
            return new Rule(id, when, true, OptionalInt.empty(), false, false, false, true, "", List.of());
        }

        Rule once() {
            return new Rule(id, when, false, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches);
        }

        Rule onlyIf(int least, boolean withElse) {
            return new Rule(
                    id, when, each, OptionalInt.of(least), withElse, onTimeout, onFailed, enabled, invoke, switches);
        }

        Rule withOnTimeout() {
            return new Rule(id, when, each, condition, otherwise, true, onFailed, enabled, invoke, switches);
        }

        Rule withOnFailed() {
            return new Rule(id, when, each, condition, otherwise, onTimeout, true, enabled, invoke, switches);
        }

        Rule disabled() {
            return new Rule(id, when, each, condition, otherwise, onTimeout, onFailed, false, invoke, switches);
        }

        Rule invoking(String function) {
            return new Rule(id, when, each, condition, otherwise, onTimeout, onFailed, enabled, function, switches);
        }

        Rule switching(Switch... what) {
            return new Rule(id, when, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, List.of(what));
        }

        Rule with(Expr other) {
            return new Rule(id, other, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches);
        }
    }
}
