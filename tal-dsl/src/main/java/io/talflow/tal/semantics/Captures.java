package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression;
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
        if (rule.nodeCount() == 1) {
            events.add(last.view());
            return events;
        }
        for (int node = 0; node < rule.nodeCount(); node++) {
            if (rule.node(node).expression() instanceof EventExpression.Leaf) {
                collect(node, events);
            }
        }
        return events;
    }

    List<Object> values() {
        return data(events());
    }

    private static List<Object> data(List<Object> events) {
        List<Object> values = new ArrayList<>();
        for (Object event : events) {
            values.add(((Map<?, ?>) event).get("data"));
        }
        return values;
    }

    /**
     * The event an alias names: its leaf's, or the one that completed its composite; null if that part did not happen.
     * The data of a gather's are those of its members, in slice order.
     */
    Object alias(String name) {
        for (int node = 0; node < rule.nodeCount(); node++) {
            if (rule.node(node).expression().alias().filter(name::equals).isPresent()) {
                Object event = node == 0 ? last.view() : state.json(TaskState.nodeRow('v', rule, node));
                return event != null && rule.node(node).expression() instanceof EventExpression.Gather
                        ? gathered((Map<?, ?>) event, node)
                        : event;
            }
        }
        return null;
    }

    private Object gathered(Map<?, ?> event, int gather) {
        List<Object> members = new ArrayList<>();
        collect(gather + 1, members);
        Map<Object, Object> view = new LinkedHashMap<>(event);
        view.put("data", data(members));
        return view;
    }

    private void collect(int node, List<Object> events) {
        if (rule.node(node).slot() != CompiledRule.SLOT_OF_SLICE) {
            add(TaskState.nodeRow('v', rule, node), events);
            return;
        }
        int gather = rule.node(node).parent();
        int width = new SlotSet(state, TaskState.nodeRow('s', rule, gather), SlotSet.UNKNOWN).width();
        for (int slice = 0; slice < width; slice++) {
            add(TaskState.nodeRow('v', rule, node, slice), events);
        }
    }

    private void add(String row, List<Object> events) {
        byte[] captured = state.get(row);
        if (captured != null) {
            events.add(Json.parse(captured));
        }
    }
}
