package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a task, by meaning. Row names: {@code h} header, {@code in} input, {@code out} output, {@code err} error,
 * {@code c} names of context fields, {@code c/F} a field, {@code r/N} a result, {@code f/R} firings of rule R,
 * {@code m/R.K} memory of node K, {@code s/R.K} its slots, {@code v/R.K} what filled it, {@code i/CALL} an invocation,
 * {@code p/I} a parked event, {@code e/DIGEST} and {@code e#I} ids of foreign events.
 */
final class TaskState {
    private final Rows rows;

    TaskState(Rows rows) {
        this.rows = rows;
    }

    byte[] get(String name) {
        return rows.get(name);
    }

    void put(String name, byte[] row) {
        rows.put(name, row);
    }

    void remove(String name) {
        rows.remove(name);
    }

    /** The header, or null for a task that has not started. */
    TaskHeader header() {
        byte[] row = rows.get("h");
        return row == null ? null : TaskHeader.of(row);
    }

    void save(TaskHeader header) {
        rows.put("h", header.bytes());
    }

    Object json(String name) {
        byte[] row = rows.get(name);
        return row == null ? null : Json.parse(row);
    }

    // --- context: a row per field

    @SuppressWarnings("unchecked")
    List<String> contextFields() {
        Object names = json("c");
        return names == null ? List.of() : (List<String>) names;
    }

    Object contextField(String field) {
        return json("c/" + field);
    }

    Map<String, Object> context() {
        Map<String, Object> context = new LinkedHashMap<>();
        for (String field : contextFields()) {
            context.put(field, contextField(field));
        }
        return context;
    }

    int contextBytes() {
        int bytes = 0;
        for (String field : contextFields()) {
            bytes += field.length() + rows.get("c/" + field).length;
        }
        return bytes;
    }

    /** Applies a merge patch (RFC 7386) to the context. */
    void patchContext(Map<String, Object> patch) {
        List<String> fields = new ArrayList<>(contextFields());
        boolean changed = false;
        for (Map.Entry<String, Object> change : patch.entrySet()) {
            String field = change.getKey();
            if (change.getValue() == null) {
                changed |= fields.remove(field);
                rows.remove("c/" + field);
                continue;
            }
            if (!fields.contains(field)) {
                fields.add(field);
                changed = true;
            }
            Object old = change.getValue() instanceof Map ? contextField(field) : null;
            rows.put("c/" + field, Json.bytes(MergePatch.apply(old, change.getValue())));
        }
        if (changed) {
            rows.put("c", Json.bytes(fields));
        }
    }

    // --- rules

    /** How often a rule has fired. */
    int firings(CompiledRule rule) {
        byte[] row = rows.get("f/" + rule.index());
        return row == null ? 0 : ByteBuffer.wrap(row).getInt();
    }

    void countFiring(CompiledRule rule, int firings) {
        rows.put(
                "f/" + rule.index(),
                ByteBuffer.allocate(Integer.BYTES).putInt(firings).array());
    }

    static String nodeRow(char kind, CompiledRule rule, int node) {
        return kind + "/" + rule.index() + "." + node;
    }

    static String nodeRow(char kind, CompiledRule rule, int node, int slice) {
        return nodeRow(kind, rule, node) + "." + slice;
    }

    // --- invocations

    Invocation invocation(String call) {
        byte[] row = rows.get("i/" + call);
        return row == null ? null : Invocation.of(call, row);
    }

    void save(Invocation invocation) {
        rows.put("i/" + invocation.call(), invocation.row());
    }

    // --- ids of foreign events, the last WINDOW of them

    /** @return whether the event is new */
    boolean remember(TaskHeader header, String source, String id) {
        String digest = Digest.of(source, id);
        if (rows.get("e/" + digest) != null) {
            return false;
        }
        String place = "e#" + header.foreign % TaskEngine.FOREIGN_WINDOW;
        byte[] oldest = rows.get(place);
        if (oldest != null) {
            rows.remove("e/" + new String(oldest, StandardCharsets.UTF_8));
        }
        rows.put(place, digest.getBytes(StandardCharsets.UTF_8));
        rows.put("e/" + digest, new byte[] {1});
        header.foreign++;
        return true;
    }

    /** Frees everything but the header, input, context and outcome, which late events and queries still ask for. */
    void clear(Program program, TaskHeader header) {
        for (CompiledRule rule : program.rules()) {
            int firings = firings(rule);
            for (int ordinal = 0; ordinal < firings; ordinal++) {
                for (String call : Calls.of(rule, ordinal)) {
                    rows.remove("i/" + call);
                }
            }
            for (int node = 0; node < rule.nodeCount(); node++) {
                clear(rule, node);
            }
            rows.remove("f/" + rule.index());
            for (String named : Calls.nodes(rule)) {
                rows.remove("r/" + named);
            }
        }
        clearForeign(header);
    }

    void clearForeign(TaskHeader header) {
        for (long at = 0; at < Math.min(header.foreign, TaskEngine.FOREIGN_WINDOW); at++) {
            byte[] digest = rows.get("e#" + at);
            if (digest != null) {
                rows.remove("e/" + new String(digest, StandardCharsets.UTF_8));
                rows.remove("e#" + at);
            }
        }
    }

    /** Forgets how far a node of an expression has come. */
    void clear(CompiledRule rule, int node) {
        rows.remove(nodeRow('m', rule, node));
        if (rule.node(node).shape().kind() == Shape.Kind.LAST) {
            SlotSet slots = new SlotSet(this, nodeRow('s', rule, node), SlotSet.UNKNOWN);
            if (rule.node(node).expression() instanceof EventExpression.Gather) {
                for (int slice = 0; slice < slots.width(); slice++) {
                    rows.remove(nodeRow('v', rule, node + 1, slice));
                }
            }
            slots.clear();
        }
        rows.remove(nodeRow('s', rule, node));
        rows.remove(nodeRow('v', rule, node));
    }
}
