package io.talflow.tal.oracle;

import java.util.Map;

/**
 * How events find their tasks, in the oracle's own words (D50 to D52).
 *
 * @param keep of each declared event that has a key, its subject: for how many milliseconds it waits for its task; 0: not
 * @param start the event that starts tasks
 * @param least the filter of the start: {@code n} is at least this
 * @param byNumber the start's key is {@code n}; else the subject
 */
record Keys(Map<String, Long> keep, String start, int least, boolean byNumber) {
    /** The key of the task that an event starts; empty: it has none. */
    String ofStart(RawEvent event) {
        return byNumber ? Long.toString(event.n()) : event.subject();
    }

    boolean isStart(RawEvent event) {
        return event.type() == RawEvent.Type.OUTSIDE && event.name().equals(start) && event.n() >= least;
    }

    boolean hasKey(RawEvent event) {
        return event.type() == RawEvent.Type.OUTSIDE && keep.containsKey(event.name());
    }

    /** The flow as a TAL file that says so. */
    String text(Flow flow) {
        String text = TalText.of(flow);
        for (Map.Entry<String, Long> each : keep.entrySet()) {
            String type = "type: " + TalText.type(each.getKey());
            String kept = each.getValue() == 0 ? "" : ", keep: %dms".formatted(each.getValue());
            text = text.replace(type + "}", "%s, key: \"${ event.subject }\"%s}".formatted(type, kept));
        }
        return text.replace(
                "\nrules:\n",
                "\nstart: {when: {event: %s, if: \"${ event.data.n >= %d }\"}, key: \"${ event.%s }\"}\nrules:\n"
                        .formatted(start, least, byNumber ? "data.n" : "subject"));
    }
}
