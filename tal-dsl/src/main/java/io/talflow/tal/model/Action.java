package io.talflow.tal.model;

import java.util.Optional;

/** What a rule does when it fires. */
public sealed interface Action {
    <R> R accept(Visitor<R> visitor);

    Position position();

    /**
     * Invokes a function.
     *
     * @param as the node its events are named by; the function's name unless said otherwise
     */
    record Invoke(String function, String as, Template with, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.invoke(this);
        }
    }

    /** Changes the context by a JSON merge patch (RFC 7386). */
    record Set(Template patch, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.set(this);
        }
    }

    /** Records that a node will not run in this task: whoever waits for it to settle goes on. */
    record Skip(String node, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.skip(this);
        }
    }

    /**
     * Sends a CloudEvent; its type is reserved to none.
     *
     * @param subject a template of text; empty: none
     */
    record Emit(String type, Optional<Template> subject, Template data, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.emit(this);
        }
    }

    /**
     * Starts a task of another workflow as a child of this one; its end is an event of node {@code as}.
     *
     * @param as the workflow's name with {@code -} as {@code _} unless said otherwise
     */
    record Start(String workflow, String as, Template with, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.start(this);
        }
    }

    /** Withdraws what is open of a node. */
    record Cancel(String node, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.cancel(this);
        }
    }

    /** Arms or disables a rule of this task. */
    record Enable(String rule, boolean enabled, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.enable(this);
        }
    }

    /**
     * Adds a rule to this task.
     *
     * @param given what its expressions know as {@code given}; evaluated when it is added
     */
    record Add(Rule rule, Template given, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.add(this);
        }
    }

    /** Ends the task as completed with {@code output}. */
    record Complete(Template output, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.complete(this);
        }
    }

    /**
     * Ends the task as failed; {@code error} is a template of {@code {error, message}}.
     *
     * @param compensate whether what completed is undone first
     */
    record Fail(Template error, boolean compensate, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.fail(this);
        }
    }

    /** A new kind of action does not compile until every visitor handles it. */
    interface Visitor<R> {
        R invoke(Invoke invoke);

        R set(Set set);

        R skip(Skip skip);

        R emit(Emit emit);

        R start(Start start);

        R cancel(Cancel cancel);

        R enable(Enable enable);

        R add(Add add);

        R complete(Complete complete);

        R fail(Fail fail);
    }
}
