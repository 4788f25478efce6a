package io.talflow.tal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One rule, in Java. Actions are carried out in the order they are added; {@link #otherwise}, {@link #onTimeout} and {@link
 * #onFailed} say that those that follow belong there.
 *
 * <pre>{@code
 * Tal.when(Tal.within("5m", Tal.all(Tal.completed("a"), Tal.event("paid"))))
 *         .invoke("ship", "${ input }")
 *         .onTimeout()
 *         .fail("Order.TooSlow", "not paid in time");
 * }</pre>
 */
public final class RuleBuilder {
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private List<Object> actions;

    RuleBuilder(Object when) {
        fields.put("when", when);
        actions = reaction("do");
    }

    /** The rule as a document holds it. */
    Map<String, Object> fields() {
        return fields;
    }

    public RuleBuilder id(String id) {
        fields.put("id", id);
        return this;
    }

    /** @param cel a condition, without the {@code ${ }} */
    public RuleBuilder onlyIf(String cel) {
        fields.put("if", "${ " + cel + " }");
        return this;
    }

    public RuleBuilder firesEach() {
        fields.put("fires", "each");
        return this;
    }

    /** @param most how many of its invocations may be with a node at a time */
    public RuleBuilder maxConcurrency(int most) {
        fields.put("maxConcurrency", (long) most);
        return this;
    }

    /** The rule sees nothing until it is enabled. */
    public RuleBuilder disabled() {
        fields.put("enabled", false);
        return this;
    }

    /** Of a rule that another adds: what its expressions know as {@code given}. */
    public RuleBuilder given(Object given) {
        fields.put("given", given);
        return this;
    }

    /** What follows is done when the condition does not hold. */
    public RuleBuilder otherwise() {
        actions = reaction("else");
        return this;
    }

    /** What follows is done when the window of what the rule waits for has ended. */
    public RuleBuilder onTimeout() {
        actions = reaction("onTimeout");
        return this;
    }

    /** What follows is done when the stream that the rule gathers has failed. */
    public RuleBuilder onFailed() {
        actions = reaction("onFailed");
        return this;
    }

    public RuleBuilder invoke(String function, Object with) {
        return act("invoke", function, "with", with);
    }

    public RuleBuilder invoke(String function, String as, Object with) {
        return act("invoke", function, "as", as, "with", with);
    }

    public RuleBuilder set(Map<String, ?> patch) {
        return act("set", patch);
    }

    public RuleBuilder skip(String node) {
        return act("skip", node);
    }

    /** @param type CloudEvents type, not one of the engine's own */
    public RuleBuilder emit(String type, Object data) {
        return act("emit", Tal.mapping("type", type, "data", data));
    }

    public RuleBuilder emit(String type, String subject, Object data) {
        return act("emit", Tal.mapping("type", type, "subject", subject, "data", data));
    }

    /** Starts a task of a workflow, whose end is an event of node {@code as}. */
    public RuleBuilder start(String workflow, String as, Object with) {
        return act("start", workflow, "as", as, "with", with);
    }

    public RuleBuilder cancel(String node) {
        return act("cancel", node);
    }

    public RuleBuilder enable(String rule) {
        return act("enable", rule);
    }

    public RuleBuilder disable(String rule) {
        return act("disable", rule);
    }

    /** Adds a rule to the running task. */
    public RuleBuilder add(RuleBuilder rule) {
        return act("add", rule.fields);
    }

    public RuleBuilder complete(Object output) {
        return act("complete", output);
    }

    public RuleBuilder fail(String error, String message) {
        return act("fail", Tal.mapping("error", error, "message", message));
    }

    /** Fails the task once what completed is undone. */
    public RuleBuilder failCompensating(String error, String message) {
        return act("fail", Tal.mapping("error", error, "message", message, "compensate", true));
    }

    private List<Object> reaction(String key) {
        List<Object> reaction = new ArrayList<>();
        fields.put(key, reaction);
        return reaction;
    }

    private RuleBuilder act(Object... fieldsOfAction) {
        actions.add(Tal.mapping(fieldsOfAction));
        return this;
    }
}
