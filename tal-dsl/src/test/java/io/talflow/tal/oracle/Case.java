package io.talflow.tal.oracle;

import java.util.List;

/** A workflow and what comes to a task of it. */
record Case(Flow flow, List<RawEvent> log) {
    Case with(List<Flow.Rule> rules) {
        return with(flow.with(rules));
    }

    Case with(Flow other) {
        return new Case(other, log);
    }

    Case after(List<RawEvent> other) {
        return new Case(flow, other);
    }

    @Override
    public String toString() {
        return "%s# events: %s%n".formatted(TalText.of(flow), RawLog.print(log));
    }
}
