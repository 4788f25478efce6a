package io.talflow.tal.oracle;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A workflow in the oracle's own words.
 *
 * @param events the declared events' names
 * @param functions the functions' names, with what they emit
 * @param addable rules that an operator may add
 */
record Flow(List<String> events, List<Function> functions, List<Rule> rules, List<Rule> addable) {
    Flow(List<String> events, List<Function> functions, List<Rule> rules) {
        this(events, functions, rules, List.of());
    }

    /**
     * What a rule invokes.
     *
     * @param streams names of the streams it declares; {@code values} of the single data
     * @param isTask it is a task of another workflow, not a function
     */
    record Function(String name, List<String> streams, List<String> values, List<Retry> retry, boolean isTask) {
        Function(String name, List<String> streams, List<String> values) {
            this(name, streams, values, List.of(), false);
        }

        Function trying(List<Retry> again) {
            return new Function(name, streams, values, again, isTask);
        }
    }

    /**
     * An entry of {@code retry}.
     *
     * @param error the one it names; empty: every one
     * @param interval milliseconds, as {@code maxDelay}, which is 0 for none
     */
    record Retry(String error, int maxAttempts, long interval, int backoffRate, long maxDelay, boolean jitter) {}

    /** {@code {enable: RULE}} or {@code {disable: RULE}}. */
    record Switch(String rule, boolean on) {}

    /**
     * One rule.
     *
     * @param condition {@code if}: the matched event has an {@code n} of at least this
     * @param invoke a function that {@code do} invokes, or a task that it starts; empty: none
     * @param cancel a node that {@code do} cancels after that; empty: none
     * @param adds a rule that {@code do} adds at last
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
            List<Switch> switches,
            String cancel,
            Optional<Rule> adds) {
        Rule(
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
            this(
                    id,
                    when,
                    each,
                    condition,
                    otherwise,
                    onTimeout,
                    onFailed,
                    enabled,
                    invoke,
                    switches,
                    "",
                    Optional.empty());
        }

        static Rule of(String id, Expr when) {
            return new Rule(id, when, true, OptionalInt.empty(), false, false, false, true, "", List.of());
        }

        Rule once() {
            return new Rule(
                    id, when, false, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel,
                    adds);
        }

        Rule onlyIf(int least, boolean withElse) {
            return new Rule(
                    id,
                    when,
                    each,
                    OptionalInt.of(least),
                    withElse,
                    onTimeout,
                    onFailed,
                    enabled,
                    invoke,
                    switches,
                    cancel,
                    adds);
        }

        Rule withOnTimeout() {
            return new Rule(
                    id, when, each, condition, otherwise, true, onFailed, enabled, invoke, switches, cancel, adds);
        }

        Rule withOnFailed() {
            return new Rule(
                    id, when, each, condition, otherwise, onTimeout, true, enabled, invoke, switches, cancel, adds);
        }

        Rule disabled() {
            return new Rule(
                    id, when, each, condition, otherwise, onTimeout, onFailed, false, invoke, switches, cancel, adds);
        }

        Rule invoking(String function) {
            return new Rule(
                    id, when, each, condition, otherwise, onTimeout, onFailed, enabled, function, switches, cancel,
                    adds);
        }

        Rule switching(Switch... what) {
            return new Rule(
                    id,
                    when,
                    each,
                    condition,
                    otherwise,
                    onTimeout,
                    onFailed,
                    enabled,
                    invoke,
                    List.of(what),
                    cancel,
                    adds);
        }

        Rule with(Expr other) {
            return new Rule(
                    id, other, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel,
                    adds);
        }

        Rule cancelling(String node) {
            return new Rule(
                    id, when, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, node, adds);
        }

        Rule adding(Optional<Rule> rule) {
            return new Rule(
                    id, when, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel, rule);
        }

        Rule fromEach() {
            return new Rule(
                    id, when, true, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel, adds);
        }

        Rule unconditional() {
            return new Rule(
                    id,
                    when,
                    each,
                    OptionalInt.empty(),
                    false,
                    onTimeout,
                    onFailed,
                    enabled,
                    invoke,
                    switches,
                    cancel,
                    adds);
        }

        Rule withoutOnTimeout() {
            return new Rule(
                    id, when, each, condition, otherwise, false, onFailed, enabled, invoke, switches, cancel, adds);
        }

        /** The same as the task knows it. */
        Rule named(String other) {
            return new Rule(
                    other, when, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel,
                    adds);
        }
    }
}
