package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The rows of a task, by meaning; R is a rule's row name, K a node's number.
 *
 * <table>
 * <caption>Row names</caption>
 * <tr><td>{@code h in out err end}</td><td>header, input, output, error, the end that waits for compensations</td></tr>
 * <tr><td>{@code c c/F}</td><td>names of context fields, a field</td></tr>
 * <tr><td>{@code r/N}</td><td>result of node N</td></tr>
 * <tr><td>{@code f/R}</td><td>firings of rule R, and whether it is enabled</td></tr>
 * <tr><td>{@code b/R y/R}</td><td>what its condition, and a filter of it, last looked at in vain, see {@link Looked}</td></tr>
 * <tr><td>{@code m/R.K s/R.K n/R.K}</td><td>of a node: its pattern's memory, its slots, how much it captured</td></tr>
 * <tr><td>{@code v/R.K a/R.K.I}</td><td>what filled a node, what filled the parts of a sequence's ways</td></tr>
 * <tr><td>{@code i/CALL q/R q/R#I}</td><td>an invocation, the queue of a rule with a bound and its places</td></tr>
 * <tr><td>{@code k/CALL.D …}</td><td>what a running function has signalled, see {@link Signals}</td></tr>
 * <tr><td>{@code t#I t/ID}</td><td>timers</td></tr>
 * <tr><td>{@code u/I}</td><td>a completed invocation that can be undone</td></tr>
 * <tr><td>{@code w}</td><td>ids of values whose references have left by an {@code emit}, see {@link Unnamed}</td></tr>
 * <tr><td>{@code x x/I}</td><td>the list of added rules, an added rule</td></tr>
 * <tr><td>{@code p/I e/B g#I}</td><td>a parked event, ids of foreign events, rows to be removed</td></tr>
 * </table>
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

    void each(BiConsumer<String, byte[]> seen) {
        rows.each(seen);
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

    String text(String name) {
        byte[] row = rows.get(name);
        return row == null ? null : new String(row, StandardCharsets.UTF_8);
    }

    void putText(String name, String text) {
        rows.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    int number(String name) {
        byte[] row = rows.get(name);
        return row == null ? 0 : ByteBuffer.wrap(row).getInt();
    }

    void putNumber(String name, int number) {
        rows.put(name, ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
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

    RuleState rule(CompiledRule rule) {
        return RuleState.of(rows.get("f/" + rule.row()), rule);
    }

    void save(CompiledRule rule, RuleState ruleState) {
        rows.put("f/" + rule.row(), ruleState.row());
    }

    static String nodeRow(char kind, CompiledRule rule, int node) {
        return kind + "/" + rule.row() + "." + node;
    }

    // --- invocations

    Invocation invocation(String call) {
        byte[] row = rows.get("i/" + call);
        return row == null ? null : Invocation.of(call, row);
    }

    void save(Invocation invocation) {
        rows.put("i/" + invocation.call(), invocation.row());
    }
}
