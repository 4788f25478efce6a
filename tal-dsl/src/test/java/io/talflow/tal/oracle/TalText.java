package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** A flow as the TAL file that means it. */
final class TalText implements Expr.Visitor<String> {
    static final String WORKFLOW = "drawn";

    private TalText() {}

    /** A last rule waits for an event that never comes, so that the task does not stall (D22), unless it is to. */
    static String of(Flow flow) {
        StringBuilder text = new StringBuilder("tal: 1\nworkflow: %s\n".formatted(WORKFLOW));
        text.append(flow.deadline() > 0 ? "deadline: %dms\n".formatted(flow.deadline()) : "");
        text.append("events:\n");
        flow.events().forEach(name -> text.append("  %s: {type: %s}%n".formatted(name, type(name))));
        text.append("  never: {type: %s}%n".formatted(type("never")));
        if (!flow.functions().isEmpty()) {
            text.append("functions:\n");
            flow.functions().stream()
                    .filter(function -> !function.isTask())
                    .forEach(function -> text.append(function(function)));
        }
        text.append("rules:\n");
        flow.rules().forEach(rule -> text.append("  - %s%n".formatted(rule(flow, rule))));
        flow.addable().forEach(rule -> text.append("# addable: %s%n".formatted(rule(flow, rule))));
        return text.append(flow.stalls() ? "" : "  - {id: end, when: {event: never}, do: {complete: 1}}\n")
                .toString();
    }

    /** The CloudEvents type of a declared event. */
    static String type(String name) {
        return "com.example." + name;
    }

    private static String function(Flow.Function function) {
        List<String> emits = new ArrayList<>();
        String form = function.keepsFirst() ? "%s: {kind: %s, repeat: keep-first}" : "%s: %s";
        function.streams().forEach(stream -> emits.add(form.formatted(stream, "stream")));
        function.values().forEach(value -> emits.add(form.formatted(value, "value")));
        String emitting = emits.isEmpty() ? "" : ", emits: {%s}".formatted(String.join(", ", emits));
        String retry = function.retry().isEmpty()
                ? ""
                : ", retry: "
                        + function.retry().stream().map(TalText::retry).collect(Collectors.joining(", ", "[", "]"));
        String undone = function.compensate().isEmpty() ? "" : ", compensate: " + function.compensate();
        return "  %s: {replay: {runtime: 0s}%s%s%s}%n".formatted(function.name(), emitting, retry, undone);
    }

    private static String retry(Flow.Retry retry) {
        return "{errorEquals: [%s], interval: %dms, maxAttempts: %d, backoffRate: %d%s%s}"
                .formatted(
                        retry.error().isEmpty() ? "ALL" : retry.error(),
                        retry.interval(),
                        retry.maxAttempts(),
                        retry.backoffRate(),
                        retry.maxDelay() > 0 ? ", maxDelay: %dms".formatted(retry.maxDelay()) : "",
                        retry.jitter() ? ", jitter: full" : "");
    }

    static String rule(Flow flow, Flow.Rule rule) {
        List<String> fields = new ArrayList<>(
                List.of("id: " + rule.id(), "when: " + rule.when().accept(new TalText())));
        if (rule.each()) {
            fields.add("fires: each");
        }
        if (!rule.enabled()) {
            fields.add("enabled: false");
        }
        if (rule.most() > 0) {
            fields.add("maxConcurrency: " + rule.most());
        }
        rule.condition()
                .ifPresent(least -> fields.add(
                        "if: \"${ type(dyn(event.data)) == map && has(dyn(event.data).n) && dyn(event.data).n >= %d }\""
                                .formatted(least)));
        List<String> actions = new ArrayList<>(List.of(note(rule, "do")));
        if (!rule.invoke().isEmpty()) {
            boolean isTask = flow.functions().stream()
                    .anyMatch(function -> function.isTask() && function.name().equals(rule.invoke()));
            actions.add((isTask ? "{start: other, as: %s}" : "{invoke: %s}").formatted(rule.invoke()));
        }
        rule.switches()
                .forEach(what -> actions.add("{%s: %s}".formatted(what.on() ? "enable" : "disable", what.rule())));
        if (!rule.cancel().isEmpty()) {
            actions.add("{cancel: %s}".formatted(rule.cancel()));
        }
        if (!rule.skip().isEmpty()) {
            actions.add("{skip: %s}".formatted(rule.skip()));
        }
        rule.adds().ifPresent(added -> actions.add("{add: %s}".formatted(rule(flow, added))));
        switch (rule.ends()) {
            case NOT_AT_ALL -> {}
            case COMPLETED -> actions.add("{complete: 1}");
            case FAILED -> actions.add("{fail: {error: Drawn}}");
            case UNDONE -> actions.add("{fail: {error: Drawn, compensate: true}}");
        }
        fields.add("do: [%s]".formatted(String.join(", ", actions)));
        if (rule.otherwise()) {
            fields.add("else: " + note(rule, "else"));
        }
        if (rule.onTimeout()) {
            fields.add("onTimeout: " + note(rule, "onTimeout"));
        }
        if (rule.onFailed()) {
            fields.add("onFailed: " + note(rule, "onFailed"));
        }
        return fields.stream().collect(Collectors.joining(", ", "{", "}"));
    }

    /** Tells what it saw. */
    private static String note(Flow.Rule rule, String branch) {
        return "{emit: {type: %s, data: {rule: %s, branch: %s, events: \"${ events.map(e, e.id) }\"}}}"
                .formatted(type("fired"), rule.id(), branch);
    }

    @Override
    public String leaf(Expr.Leaf leaf) {
        if (leaf.kind() == Expr.Kind.STARTED) {
            return "started";
        }
        String subject = leaf.subject().isEmpty() ? "" : ", subject: " + leaf.subject();
        String filter = leaf.least().isPresent()
                ? ", if: \"${ event.data.n >= %d }\"".formatted(leaf.least().getAsInt())
                : "";
        return "{%s: %s%s%s}".formatted(leaf.kind().name().toLowerCase(Locale.ROOT), leaf.name(), subject, filter);
    }

    @Override
    public String any(Expr.Any any) {
        return "{any: %s}".formatted(list(any.parts()));
    }

    @Override
    public String atLeast(Expr.AtLeast node) {
        String head = node.least() == node.parts().size() ? "all: " : "atLeast: %d, of: ".formatted(node.least());
        return "{%s%s%s}".formatted(head, list(node.parts()), within(node.within()));
    }

    @Override
    public String count(Expr.Count count) {
        return "{count: %d, of: %s%s}".formatted(count.times(), count.of().accept(this), within(count.within()));
    }

    @Override
    public String seq(Expr.Seq seq) {
        return "{seq: %s%s%s}".formatted(list(seq.parts()), seq.strict() ? ", strict: true" : "", within(seq.within()));
    }

    @Override
    public String absent(Expr.Absent absent) {
        String after = absent.after().isEmpty()
                ? ""
                : ", after: " + absent.after().get(0).accept(this);
        return "{absent: %s, for: %dms%s}".formatted(absent.what().accept(this), absent.during(), after);
    }

    @Override
    public String every(Expr.Every every) {
        return "{every: %dms}".formatted(every.period());
    }

    @Override
    public String batch(Expr.Batch batch) {
        OptionalInt size = batch.size();
        return "{batch: %s%s%s}"
                .formatted(
                        batch.of().accept(this),
                        size.isPresent() ? ", size: " + size.getAsInt() : "",
                        batch.maxWait().isPresent()
                                ? ", maxWait: %dms".formatted(batch.maxWait().getAsLong())
                                : "");
    }

    @Override
    public String gather(Expr.Gather gather) {
        return "{gather: %s, over: %s%s}"
                .formatted(gather.member().accept(this), gather.over(), within(gather.within()));
    }

    private String list(List<Expr> parts) {
        return parts.stream().map(part -> part.accept(this)).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String within(long millis) {
        return millis == 0 ? "" : ", within: %dms".formatted(millis);
    }
}
