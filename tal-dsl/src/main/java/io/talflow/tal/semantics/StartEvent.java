package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import java.util.Map;

/**
 * The data of a start event, checked.
 *
 * @param version empty if the event names none
 */
record StartEvent(String workflow, String version, Object input) {

    /** @throws IllegalArgumentException that says what is wrong with the event */
    static StartEvent of(TalEvent event) {
        if (!TaskId.isValid(event.task())) {
            throw new IllegalArgumentException(
                    "task id must be workflow/key, the key 1 to 120 of A-Z a-z 0-9 . _ : ~ -; is '%s'"
                            .formatted(event.task()));
        }
        Object value;
        try {
            value = event.value();
        } catch (Json.NotJson e) {
            throw new IllegalArgumentException("data is not JSON: " + e.getMessage(), e);
        }
        Map<?, ?> data = value instanceof Map<?, ?> object ? object : Map.of();
        Object version = data.get("version");
        Object workflow = data.get("workflow");
        String owner = TaskId.workflow(event.task());
        if (workflow != null && !workflow.equals(owner)) {
            throw new IllegalArgumentException(
                    "data.workflow is %s but task %s is one of %s".formatted(workflow, event.task(), owner));
        }
        Object input = data.get("input");
        return new StartEvent(owner, version instanceof String text ? text : "", input == null ? Map.of() : input);
    }
}
