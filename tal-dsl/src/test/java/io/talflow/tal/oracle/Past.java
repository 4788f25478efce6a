package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;

/** What has happened in a task so far, and when what happens now happens. */
final class Past {
    private final List<Occurrence> occurrences = new ArrayList<>();
    private final List<View.Close> closes = new ArrayList<>();
    private final List<Long> eventTimes = new ArrayList<>();
    private long moment;

    Past(long startMicros) {
        eventTimes.add(startMicros);
        moment = startMicros;
    }

    /** An event of the log has come; what was due before it has not happened yet. Its time is strictly increasing (D2). */
    void isAbout(RawEvent event) {
        eventTimes.add(Math.max(event.timeMillis() * 1000, now() + 1));
    }

    /** @param micros a deadline's time, or the log event's */
    void happensAt(long micros) {
        moment = micros;
    }

    long moment() {
        return moment;
    }

    /** The time of the log event, in microseconds. */
    long now() {
        return eventTimes.get(raw());
    }

    /** The index of the log event; the start has 0. */
    int raw() {
        return eventTimes.size() - 1;
    }

    void add(Occurrence seen) {
        occurrences.add(seen);
    }

    void add(View.Close close) {
        closes.add(close);
    }

    /** The place of what happens next. */
    Moment next() {
        return Moment.ofOccurrence(moment, occurrences.size() + closes.size());
    }

    /** Which log event brings what happens now; what a deadline causes counts as the one before brought it (D35). */
    int told() {
        if (moment == now()) {
            return raw();
        }
        return Math.max(
                occurrences.stream().mapToInt(Occurrence::raw).max().orElse(0),
                closes.stream().mapToInt(View.Close::raw).max().orElse(0));
    }

    List<Occurrence> occurrences() {
        return occurrences;
    }

    List<View.Close> closes() {
        return closes;
    }

    List<Long> eventTimes() {
        return eventTimes;
    }
}
