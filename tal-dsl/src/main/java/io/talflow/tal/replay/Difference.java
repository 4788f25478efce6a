package io.talflow.tal.replay;

import io.talflow.tal.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An event on which something else was decided than the replay decides.
 *
 * @param number of the event in its history, from 1
 * @param recorded the event, with what was decided
 * @param derived what the replay decides
 * @param failure why the replay could not apply the event; empty: it could
 */
public record Difference(
        int number, History.Entry recorded, List<Map<String, Object>> derived, Optional<String> failure) {

    /** Which event it is, and each field that differs, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("event %d: offset %d of partition %d, at %s"
                .formatted(
                        number, recorded.offset(), recorded.partition(), Instant.ofEpochMilli(recorded.timeMillis())));
        lines.add("  id %s, type %s"
                .formatted(recorded.event().id(), recorded.event().type()));
        failure.ifPresent(reason -> lines.add("  the replay cannot apply it: " + reason));
        List<Map<String, Object>> before = recorded.decisions();
        if (before.size() == 1 && derived.size() == 1) {
            differ("", before.get(0), derived.get(0), lines);
        } else {
            lines.add("  recorded " + decisions(before));
            lines.add("  derived  " + decisions(derived));
        }
        return lines;
    }

    /** Of the difference, for programs. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", (long) number);
        json.put("partition", (long) recorded.partition());
        json.put("offset", recorded.offset());
        json.put("time", recorded.timeMillis());
        json.put("event", recorded.event().id());
        json.put("type", recorded.event().type());
        json.put("recorded", recorded.decisions());
        json.put("derived", derived);
        failure.ifPresent(reason -> json.put("failure", reason));
        return json;
    }

    private static String decisions(List<Map<String, Object>> decisions) {
        return decisions.isEmpty() ? "no decision" : Json.text(decisions.size() == 1 ? decisions.get(0) : decisions);
    }

    private static void differ(String path, Object recorded, Object derived, List<String> lines) {
        if (recorded instanceof Map<?, ?> before && derived instanceof Map<?, ?> after) {
            Set<Object> names = new LinkedHashSet<>(before.keySet());
            names.addAll(after.keySet());
            for (Object name : names) {
                differ(path.isEmpty() ? "" + name : path + "." + name, before.get(name), after.get(name), lines);
            }
        } else if (recorded instanceof List<?> before && derived instanceof List<?> after) {
            for (int at = 0; at < Math.max(before.size(), after.size()); at++) {
                differ("%s[%d]".formatted(path, at), at(before, at), at(after, at), lines);
            }
        } else if (!Objects.equals(recorded, derived)) {
            lines.add("  %s: recorded %s, derived %s".formatted(path, shown(recorded), shown(derived)));
        }
    }

    private static Object at(List<?> list, int place) {
        return place < list.size() ? list.get(place) : null;
    }

    private static String shown(Object value) {
        return value == null ? "nothing" : Json.text(value);
    }
}
