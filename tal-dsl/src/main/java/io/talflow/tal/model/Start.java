package io.talflow.tal.model;

import java.util.Optional;

/** What starts a task beside the command, the API and a start event. */
public sealed interface Start {
    Position position();

    /**
     * An event of the outside.
     *
     * @param when of type EVENT
     * @param key gives the task's key; the same key again is the same task
     * @param with the input; empty: the event's data
     */
    record OnEvent(EventExpression.Leaf when, Template.Expression key, Optional<Template> with, Position position)
            implements Start {}

    /**
     * The clock.
     *
     * @param schedule five fields, UTC
     * @param with the input
     */
    record OnSchedule(String schedule, Template with, Position position) implements Start {}
}
