package io.talflow.tal.semantics;

import io.talflow.tal.event.TalEvent;
import java.util.Map;

/** What is said of an event beside what it makes fire. */
final class Verdict {
    private final TaskRun run;
    private String ignored;
    private Map<String, Object> noted;

    Verdict(TaskRun run) {
        this.run = run;
    }

    /** Why the event changed nothing; null if it did. */
    String ignored() {
        return ignored;
    }

    /** What the history says of the event beside what fired; null: nothing. */
    Map<String, Object> noted() {
        return noted;
    }

    void ignore(String reason) {
        run.header.ignored++;
        ignored = reason;
    }

    void note(Map<String, Object> what) {
        noted = what;
    }

    void refuse(TalEvent event, String code, String reason) {
        run.effects.add(new Effect.DeadLetter(event, code, reason));
    }
}
