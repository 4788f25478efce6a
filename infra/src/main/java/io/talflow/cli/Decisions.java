package io.talflow.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was decided on an event, in a line. */
final class Decisions {
    private Decisions() {}

    /** Such as {@code fired count x 3; ship not: its condition is false; ended COMPLETED}. */
    static String text(List<Map<String, Object>> decisions) {
        List<String> parts = new ArrayList<>();
        for (Map<String, Object> decision : decisions) {
            Map<String, Integer> rules = new LinkedHashMap<>();
            Output.rows(decision, "fired").forEach(firing -> rules.merge(firing(firing), 1, Integer::sum));
            rules.forEach((rule, times) -> parts.add(rule + (times == 1 ? "" : " x " + times)));
            if (decision.get("noted") instanceof Map<?, ?> noted) {
                parts.add(Flow.text(noted));
            }
            for (String name : List.of("ignored", "ended")) {
                if (decision.get(name) != null) {
                    parts.add(
                            "ignored".equals(name)
                                    ? "ignored: " + decision.get(name)
                                    : name + " " + decision.get(name));
                }
            }
        }
        return String.join("; ", parts);
    }

    private static String firing(Map<String, Object> firing) {
        boolean fired = firing.get("ordinal") != null;
        Object branch = firing.get("branch");
        if (!fired) {
            return "not fired %s: its condition is false".formatted(firing.get("rule"));
        }
        return "fired %s%s".formatted(firing.get("rule"), "do".equals(branch) ? "" : " (" + branch + ")");
    }
}
