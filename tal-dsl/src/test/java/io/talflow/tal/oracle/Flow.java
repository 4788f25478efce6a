package io.talflow.tal.oracle;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A workflow in the oracle's own words.
 *
 * @param events the declared events' names
 * @param functions the functions' names, with what they emit
 * @param addable rules that an operator may add
 * @param deadline milliseconds a task may last; 0: as long as it likes
 * @param stalls whether nothing else keeps the task (D22); then nothing in its rules waits for time
 */
record Flow(
        List<String> events,
        List<Function> functions,
        List<Rule> rules,
        List<Rule> addable,
        long deadline,
        boolean stalls) {
    Flow(List<String> events, List<Function> functions, List<Rule> rules) {
        this(events, functions, rules, List.of());
    }

    Flow(List<String> events, List<Function> functions, List<Rule> rules, List<Rule> addable) {
        this(events, functions, rules, addable, 0, false);
    }

    Flow with(List<Rule> others) {
        return new Flow(events, functions, others, addable, deadline, stalls);
    }

    Flow calling(List<Function> others) {
        return new Flow(events, others, rules, addable, deadline, stalls);
    }

    Flow adding(List<Rule> others) {
        return new Flow(events, functions, rules, others, deadline, stalls);
    }

    Flow lasting(long millis) {
        return new Flow(events, functions, rules, addable, millis, stalls);
    }

    Flow stalling() {
        return new Flow(events, functions, rules, addable, deadline, true);
    }

    /**
     * What a rule invokes.
     *
     * @param streams names of the streams it declares; {@code values} of the single data
     * @param isTask it is a task of another workflow, not a function
     * @param compensate the function that undoes it; empty: none does
     * @param keepsFirst a signal that repeats another with other content is ignored
     */
    record Function(
            String name,
            List<String> streams,
            List<String> values,
            List<Retry> retry,
            boolean isTask,
            String compensate,
            boolean keepsFirst) {
        Function(String name, List<String> streams, List<String> values) {
            this(name, streams, values, List.of(), false, "", false);
        }

        /** A task of another workflow. */
        static Function task(String name) {
            return new Function(name, List.of(), List.of(), List.of(), true, "", false);
        }

        Function trying(List<Retry> again) {
            return new Function(name, streams, values, again, isTask, compensate, keepsFirst);
        }

        Function undoneBy(String other) {
            return new Function(name, streams, values, retry, isTask, other, keepsFirst);
        }

        Function keepingFirst(boolean keeps) {
            return new Function(name, streams, values, retry, isTask, compensate, keeps);
        }
    }

    /**
     * An entry of {@code retry}.
     *
     * @param error the one it names; empty: every one
     * @param interval milliseconds, as {@code maxDelay}, which is 0 for none
     */
    record Retry(String error, int maxAttempts, long interval, int backoffRate, long maxDelay, boolean jitter) {}

    /** How a rule ends its task. */
    enum Ends {
        NOT_AT_ALL,
        COMPLETED,
        FAILED,
        /** As failed, after what completed has been undone. */
        UNDONE
    }

    /** {@code {enable: RULE}} or {@code {disable: RULE}}. */
    record Switch(String rule, boolean on) {}

    /**
     * One rule.
     *
     * @param condition {@code if}: the matched event has an {@code n} of at least this
     * @param invoke a function that {@code do} invokes, or a task that it starts; empty: none
     * @param cancel a node that {@code do} cancels after that; empty: none
     * @param skip a node that {@code do} skips after that; empty: none
     * @param adds a rule that {@code do} adds after that
     * @param ends how {@code do} ends the task at last
     * @param most {@code maxConcurrency}; 0: none
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
            String skip,
            Optional<Rule> adds,
            Ends ends,
            int most) {
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
                    "",
                    Optional.empty(),
                    Ends.NOT_AT_ALL,
                    0);
        }

        static Rule of(String id, Expr when) {
            return new Rule(id, when, true, OptionalInt.empty(), false, false, false, true, "", List.of());
        }

        Rule once() {
            return with(rule -> rule.each = false);
        }

        Rule fromEach() {
            return with(rule -> rule.each = true);
        }

        Rule onlyIf(int least, boolean withElse) {
            return with(rule -> {
                rule.condition = OptionalInt.of(least);
                rule.otherwise = withElse;
            });
        }

        Rule unconditional() {
            return with(rule -> {
                rule.condition = OptionalInt.empty();
                rule.otherwise = false;
            });
        }

        Rule withOnTimeout() {
            return with(rule -> rule.onTimeout = true);
        }

        Rule withoutOnTimeout() {
            return with(rule -> rule.onTimeout = false);
        }

        Rule withOnFailed() {
            return with(rule -> rule.onFailed = true);
        }

        Rule disabled() {
            return with(rule -> rule.enabled = false);
        }

        Rule invoking(String function) {
            return with(rule -> rule.invoke = function);
        }

        Rule switching(Switch... what) {
            return with(rule -> rule.switches = List.of(what));
        }

        Rule with(Expr other) {
            return with(rule -> rule.when = other);
        }

        Rule cancelling(String node) {
            return with(rule -> rule.cancel = node);
        }

        Rule adding(Optional<Rule> added) {
            return with(rule -> rule.adds = added);
        }

        Rule skipping(String node) {
            return with(rule -> rule.skip = node);
        }

        Rule ending(Ends ends) {
            return with(rule -> rule.ends = ends);
        }

        Rule atMost(int most) {
            return with(rule -> rule.most = most);
        }

        /** The same as the task knows it. */
        Rule named(String other) {
            return with(rule -> rule.id = other);
        }

        private Rule with(Consumer<Changed> change) {
            Changed changed = new Changed(this);
            change.accept(changed);
            return changed.rule();
        }

        private static final class Changed {
            private String id;
            private Expr when;
            private boolean each;
            private OptionalInt condition;
            private boolean otherwise;
            private boolean onTimeout;
            private boolean onFailed;
            private boolean enabled;
            private String invoke;
            private List<Switch> switches;
            private String cancel;
            private String skip;
            private Optional<Rule> adds;
            private Ends ends;
            private int most;

            Changed(Rule rule) {
                id = rule.id;
                when = rule.when;
                each = rule.each;
                condition = rule.condition;
                otherwise = rule.otherwise;
                onTimeout = rule.onTimeout;
                onFailed = rule.onFailed;
                enabled = rule.enabled;
                invoke = rule.invoke;
                switches = rule.switches;
                cancel = rule.cancel;
                skip = rule.skip;
                adds = rule.adds;
                ends = rule.ends;
                most = rule.most;
            }

            Rule rule() {
                return new Rule(
                        id, when, each, condition, otherwise, onTimeout, onFailed, enabled, invoke, switches, cancel,
                        skip, adds, ends, most);
            }
        }
    }
}
