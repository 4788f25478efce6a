package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The job's answer to why rules have not fired, in words. */
final class Explained {
    private static final String STEP = "  ";

    private final PrintWriter out;
    private final long now;

    /** @param now epoch milliseconds that times are told from */
    Explained(PrintWriter out, long now) {
        this.out = out;
        this.now = now;
    }

    void print(Map<String, Object> answer) {
        StringJoiner head = new StringJoiner("; ");
        head.add("%s: %s at revision %s".formatted(answer.get("task"), answer.get("status"), answer.get("revision")));
        if (answer.get("counts") instanceof Map<?, ?> counts) {
            head.add("%s running, %s completed, %s failed"
                    .formatted(counts.get("running"), counts.get("completed"), counts.get("failed")));
        }
        if (answer.get("keptEvents") != null) {
            head.add("waits for its definition, %s events wait with it".formatted(answer.get("keptEvents")));
        }
        if (answer.get("deadline") instanceof Long deadline) {
            head.add("deadline " + at(deadline));
        }
        out.println(head);
        if (answer.get("error") instanceof Map<?, ?> error) {
            out.println("%s: %s".formatted(error.get("error"), error.get("message")));
        }
        Output.rows(answer, "rules").forEach(this::rule);
        if (answer.get("moreRules") != null) {
            out.println();
            out.println("and %s more rules; name one".formatted(answer.get("moreRules")));
        }
    }

    private void rule(Map<String, Object> rule) {
        out.println();
        out.println("rule %s: %s, fires %s, fired %s times%s"
                .formatted(
                        rule.get("rule"),
                        rule.get("state"),
                        rule.get("fires"),
                        rule.get("firings"),
                        rule.get("added") == null ? "" : "; added while the task ran"));
        line(STEP, "when " + Flow.text(rule.get("when")));
        if (rule.get("if") != null) {
            line(STEP, "if " + rule.get("if"));
        }
        if ("disabled".equals(rule.get("state"))) {
            line(STEP, "sees nothing until it is enabled");
        }
        if (rule.get("places") instanceof Map<?, ?> places) {
            line(STEP, "%s at a time; %s wait for a place".formatted(places.get("most"), places.get("queued")));
        }
        if (rule.get("waits") instanceof Map<?, ?> waits) {
            waits(STEP, "", waits);
        }
        if (rule.get("lastRefused") instanceof Map<?, ?> refused) {
            refused(refused);
        }
        if (rule.get("lastCondition") instanceof Map<?, ?> looked) {
            line(
                    STEP,
                    "its condition was false %s, on event %s: %s"
                            .formatted(at((Long) looked.get("at")), looked.get("event"), values(looked.get("values"))));
        }
    }

    private void refused(Map<?, ?> refused) {
        line(
                STEP,
                "%s refused event %s %s: %s"
                        .formatted(
                                Flow.text(refused.get("leaf")),
                                refused.get("event"),
                                at((Long) refused.get("at")),
                                values(refused.get("values"))));
    }

    private static String values(Object values) {
        StringJoiner text = new StringJoiner(", ");
        if (values instanceof Map<?, ?> map) {
            map.forEach((name, value) -> text.add("%s = %s".formatted(name, Json.text(value))));
        }
        return text.length() == 0 ? "it reads nothing" : text.toString();
    }

    /** A part of an expression: how far it has come, on one line, then what it waits for, a line each below. */
    private void waits(String indent, String name, Map<?, ?> node) {
        StringJoiner text = new StringJoiner("; ");
        if (!name.isEmpty()) {
            text.add(name);
        }
        String progress = progress(node);
        if (!progress.isEmpty()) {
            text.add(progress);
        }
        if (node.get("deadline") instanceof Long deadline) {
            text.add((isWindow(node) ? "until " : "due ") + at(deadline));
        }
        line(indent, text.toString());
        String below = indent + STEP;
        source(below, node);
        for (String list : List.of("missing", "parts", "oneOf")) {
            Output.rows(node, list).forEach(part -> waits(below, "waits for " + Flow.text(part.get("for")), part));
        }
        for (String one : List.of("next", "opensAt", "cancelledBy")) {
            if (node.get(one) instanceof Map<?, ?> part) {
                String what = one.equals("cancelledBy") ? "unless " : one.equals("opensAt") ? "after " : "waits for ";
                waits(below, what + Flow.text(part.get("for")), part);
            }
        }
        if (node.get("producer") instanceof Map<?, ?> producer) {
            source(below, producer);
        }
    }

    private static boolean isWindow(Map<?, ?> node) {
        return node.containsKey("seen") || node.containsKey("happened") || node.containsKey("begun");
    }

    private static String progress(Map<?, ?> node) {
        if (node.get("stream") != null) {
            String missing =
                    node.get("missingSlices") instanceof List<?> slices ? ", missing " + Flow.text(slices) : "";
            return "%s slices of %s have come%s; the stream has %s"
                    .formatted(
                            node.get("of") == null ? node.get("seen") : node.get("seen") + " of " + node.get("of"),
                            node.get("stream"),
                            missing,
                            Boolean.TRUE.equals(node.get("closed"))
                                    ? "closed"
                                    : Boolean.TRUE.equals(node.get("failed")) ? "failed" : "not closed");
        }
        if (node.get("seen") != null) {
            return "%s of %s have happened".formatted(node.get("seen"), node.get("of"));
        }
        if (node.get("happened") != null) {
            return "%s parts have happened".formatted(node.get("happened"));
        }
        if (node.get("begun") != null) {
            return Boolean.TRUE.equals(node.get("begun")) ? "has begun" : "has not begun";
        }
        if (node.get("open") != null) {
            return Boolean.TRUE.equals(node.get("open")) ? "its time runs" : "its time does not run yet";
        }
        return "";
    }

    /** Where the event that a leaf waits for would come from. */
    private void source(String indent, Map<?, ?> leaf) {
        if (leaf.get("type") != null) {
            line(
                    indent,
                    "comes from outside: type %s%s"
                            .formatted(
                                    leaf.get("type"), leaf.get("topic") == null ? "" : ", topic " + leaf.get("topic")));
        }
        List<Map<String, Object>> running = Output.rows(leaf, "running");
        for (Map<String, Object> call : running) {
            String retry = call.get("retryAt") instanceof Long due ? ", tried again " + at(due) : "";
            line(
                    indent,
                    "%s %s, attempt %s, wanted %s%s; firing %s"
                            .formatted(
                                    call.get("function"),
                                    String.valueOf(call.get("status")).toLowerCase(Locale.ROOT),
                                    call.get("attempt"),
                                    at((Long) call.get("wantedAt")),
                                    retry,
                                    call.get("firing")));
        }
        if (leaf.get("openInvocations") instanceof Long open && open > running.size()) {
            line(indent, "and %d more".formatted(open - running.size()));
        }
        for (Map<String, Object> caller : Output.rows(leaf, "calledBy")) {
            line(
                    indent,
                    "nothing of it runs; rule %s calls it: %s, fired %s times"
                            .formatted(caller.get("rule"), caller.get("state"), caller.get("firings")));
        }
    }

    private String at(long millis) {
        return "%s (%s)".formatted(Output.time(millis), Flow.distance(millis - now));
    }

    private void line(String indent, String text) {
        if (!text.isEmpty()) {
            out.println(indent + text);
        }
    }
}
