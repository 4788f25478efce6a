package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the log and the history say of one task.
 *
 * @param fired offset of the event on which each firing, {@code rule/ordinal}, was decided
 * @param applied offset of the outcome that counted, for each firing that has one
 * @param outcomes how many outcomes of each firing the log has; more than one if one was told again
 */
record Recorded(Map<String, Long> fired, Map<String, Long> applied, Map<String, Integer> outcomes) {
    static Recorded of(Api api, String task) {
        Recorded recorded = new Recorded(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        Output.rows(api.ofTask(task, "/events"), "events").forEach(recorded::add);
        return recorded;
    }

    private void add(Map<String, Object> event) {
        long offset = (Long) event.get("offset");
        List<Map<String, Object>> decisions = Output.rows(event, "decisions");
        for (Map<String, Object> decision : decisions) {
            for (Map<String, Object> firing : Output.rows(decision, "fired")) {
                String name = firing.get("rule") + "/" + firing.get("ordinal");
                assertThat(fired.put(name, offset))
                        .as("%s was decided twice", name)
                        .isNull();
            }
        }
        if (event.get("talfiring") instanceof String id) {
            String name = id.substring(id.indexOf('/', id.indexOf('@')) + 1);
            outcomes.merge(name, 1, Integer::sum);
            if (decisions.stream().noneMatch(decision -> decision.containsKey("ignored"))) {
                assertThat(applied.put(name, offset))
                        .as("%s has two outcomes that counted", name)
                        .isNull();
            }
        }
    }

    /** The rules that fired, one entry a firing. */
    List<String> rules() {
        List<String> rules = new ArrayList<>();
        fired.keySet().forEach(firing -> rules.add(firing.substring(0, firing.lastIndexOf('/'))));
        return rules;
    }
}
