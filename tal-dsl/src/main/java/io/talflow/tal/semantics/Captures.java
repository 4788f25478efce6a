package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.semantics.CompiledRule.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The events that filled a rule's expression, in the order of its parts; of a gather in slice order. */
final class Captures {
    private final TaskState state;
    private final CompiledRule rule;
    private final Occurrence last;

    Captures(TaskState state, CompiledRule rule, Occurrence last) {
        this.state = state;
        this.rule = rule;
        this.last = last;
    }

    List<Object> events() {
        List<Object> events = new ArrayList<>();
        if (rule.nodes().size() == 1) {
            events.add(last.view());
        } else {
            collect(rule.root(), events);
        }
        return events;
    }

    List<Object> values() {
        return data(events());
    }

    private static List<Object> data(List<Object> events) {
        List<Object> values = new ArrayList<>(events.size());
        for (Object event : events) {
            values.add(((Map<?, ?>) event).get("data"));
        }
        return values;
    }

    /**
     * The event an alias names: its leaf's, or the one that completed its composite; null if that part did not happen.
     * The data of a gather's, count's or batch's are those of what it holds.
     */
    Object alias(String name) {
        for (Node node : rule.nodes()) {
            if (node.expression().alias().filter(name::equals).isPresent()) {
                Object event = node.isRoot() ? last.view() : state.json(TaskState.nodeRow('v', rule, node.number()));
                return event != null && (node.expression() instanceof Gather || node.collects())
                        ? withHeld((Map<?, ?>) event, node)
                        : event;
            }
        }
        return null;
    }

    private Object withHeld(Map<?, ?> event, Node node) {
        List<Object> held = new ArrayList<>();
        collect(node, held);
        Map<Object, Object> view = new LinkedHashMap<>(event);
        view.put("data", data(held));
        return view;
    }

    private void collect(Node node, List<Object> events) {
        if (node.expression().children().isEmpty()) {
            add(TaskState.nodeRow('v', rule, node.number()), events);
        } else if (node.expression() instanceof Gather || node.collects()) {
            held(node, events);
        } else if (node.expression() instanceof Absent) {
            collect(rule.child(node, 0), events);
        } else {
            for (int number = node.number() + 1;
                    number < node.end();
                    number = rule.node(number).end()) {
                collect(rule.node(number), events);
            }
        }
    }

    private void held(Node node, List<Object> events) {
        Captured.Held held = Captured.held(state, rule, node);
        Node part = rule.node(node.number() + 1);
        for (int at = 0; at < held.count(); at++) {
            add(
                    node.collects() ? Captured.numbered(rule, part, at) : Captured.sliced(rule, part, held.round(), at),
                    events);
        }
    }

    private void add(String row, List<Object> events) {
        byte[] captured = state.get(row);
        if (captured != null) {
            events.add(Json.parse(captured));
        }
    }
}
