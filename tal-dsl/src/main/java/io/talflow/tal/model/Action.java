package io.talflow.tal.model;

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

    /** Ends the task as completed with {@code output}. */
    record Complete(Template output, Position position) implements Action {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.complete(this);
        }
    }

    /** Ends the task as failed; {@code error} is a template of {@code {error, message}}. */
    record Fail(Template error, Position position) implements Action {
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

        R complete(Complete complete);

        R fail(Fail fail);
    }
}
