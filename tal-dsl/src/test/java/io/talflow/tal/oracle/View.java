package io.talflow.tal.oracle;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a rule could see so far: the whole past, told again from its start each time.
 *
 * @param rule its place among the rules
 * @param armed when the rule was armed first
 * @param occurrences all of the task's, in order
 * @param closes the ends of streams, in order
 * @param eventTimes the times of all records of the log, in microseconds, in order
 * @param nowMicros every deadline up to this time has passed
 * @param sees whether the rule was armed at a moment (D40)
 * @param taking what becomes of the last occurrence
 */
record View(
        int rule,
        Moment armed,
        List<Occurrence> occurrences,
        List<Close> closes,
        List<Long> eventTimes,
        long nowMicros,
        Predicate<Moment> sees,
        Taking taking) {

    /**
     * A stream's end (D31, D32).
     *
     * @param id of the event an expression sees
     * @param over NODE.STREAM
     */
    record Close(Moment at, int raw, String id, String over, int count, boolean failed) {}

    boolean hasPassed(Moment deadline) {
        return deadline.micros() <= nowMicros;
    }
}
