package io.talflow.tal.replay;

import java.util.Map;
import java.util.Optional;

/**
 * What a replay has found.
 *
 * @param events that were compared, up to the first difference
 * @param decisions that are as recorded, up to the first difference
 * @param ahead decisions on events after the last one with a recorded decision: the record may not have got there yet
 * @param status of the task after its last event
 * @param difference the first; empty: every recorded decision was made again, and no other
 */
public record Outcome(
        String task,
        int events,
        int decisions,
        int ahead,
        Map<String, Object> status,
        Optional<Difference> difference) {
    public boolean isSame() {
        return difference.isEmpty();
    }
}
