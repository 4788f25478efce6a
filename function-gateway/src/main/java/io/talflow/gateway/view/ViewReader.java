package io.talflow.gateway.view;

import io.talflow.tal.Json;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.sqlite.SQLiteConfig;

/** Reads the view's tables. Not for several threads at once. */
final class ViewReader implements AutoCloseable {
    private final Connection connection;

    private ViewReader(Connection connection) {
        this.connection = connection;
    }

    static ViewReader open(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return new ViewReader(config.createConnection("jdbc:sqlite:" + file));
    }

    /** The task's state as last written by the job, and how many invocations each node has in which status. */
    Optional<Map<String, Object>> task(String task) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT state FROM task WHERE task = ?")) {
            select.setString(1, task);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Map<String, Object> state = Json.parseObject(rows.getBytes(1));
                long[] revision = {((Number) state.getOrDefault("revision", 0L)).longValue()};
                Map<String, Map<String, Object>> nodes = nodes(task, revision);
                state.put("revision", revision[0]);
                if (!state.containsKey("endedAt") && state.get("counts") instanceof Map<?, ?> counts) {
                    state.put("counts", current(counts, nodes));
                }
                state.putIfAbsent("nodes", nodes);
                return Optional.of(state);
            }
        }
    }

    /** Without counting its invocations. */
    OptionalLong endedAt(String task) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT state FROM task WHERE task = ?")) {
            select.setString(1, task);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() && Json.parseObject(rows.getBytes(1)).get("endedAt") instanceof Long at
                        ? OptionalLong.of(at)
                        : OptionalLong.empty();
            }
        }
    }

    /** Ids of the nodes on which its invocations have ended. */
    Set<String> ranOn(String task) throws SQLException {
        Set<String> nodes = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT DISTINCT json_extract(CAST(state AS TEXT), '$.nodeId') FROM invocation WHERE task = ?")) {
            select.setString(1, task);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    if (rows.getString(1) != null) {
                        nodes.add(rows.getString(1));
                    }
                }
            }
        }
        return nodes;
    }

    /** The job writes a running task's counts only now and then; what its invocations say is newer. */
    private static Map<String, Object> current(Map<?, ?> counts, Map<String, Map<String, Object>> nodes) {
        Map<String, Object> current = new LinkedHashMap<>();
        counts.forEach((name, value) -> current.put(String.valueOf(name), value));
        for (String status : List.of("running", "completed", "failed")) {
            current.put(
                    status,
                    nodes.values().stream()
                            .mapToLong(node -> (Long) node.getOrDefault(status, 0L))
                            .sum());
        }
        return current;
    }

    /** @param revision raised to that of the newest invocation, which may be newer than the task's own record */
    private Map<String, Map<String, Object>> nodes(String task, long[] revision) throws SQLException {
        Map<String, Map<String, Object>> nodes = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT node, status, count(*), max(revision) FROM invocation WHERE task = ? GROUP BY node, status")) {
            select.setString(1, task);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    nodes.computeIfAbsent(rows.getString(1), node -> new TreeMap<>())
                            .put(rows.getString(2).toLowerCase(Locale.ROOT), rows.getLong(3));
                    revision[0] = Math.max(revision[0], rows.getLong(4));
                }
            }
        }
        return nodes;
    }

    /** Newest first, without input, context and output. Null filters mean all. */
    Page tasks(String workflow, String status, int size, Page.Cursor after) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT started, task, state FROM task WHERE 1 = 1");
        List<Object> values = new ArrayList<>();
        if (workflow != null) {
            sql.append(" AND workflow = ?");
            values.add(workflow);
        }
        if (status != null) {
            sql.append(" AND status = ?");
            values.add(status);
        }
        if (after != null) {
            sql.append(" AND (started, task) < (?, ?)");
            values.add(after.time());
            values.add(after.id());
        }
        sql.append(" ORDER BY started DESC, task DESC LIMIT ?");
        Page page = page(sql.toString(), values, size);
        page.items().forEach(state -> state.keySet().removeAll(List.of("input", "context", "output")));
        return page;
    }

    /** Of one task, in the order they were wanted. A null node means all. */
    Page invocations(String task, String node, int size, Page.Cursor after) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT wanted, firing, state FROM invocation WHERE task = ?");
        List<Object> values = new ArrayList<>(List.of(task));
        if (node != null) {
            sql.append(" AND node = ?");
            values.add(node);
        }
        if (after != null) {
            sql.append(" AND (wanted, firing) > (?, ?)");
            values.add(after.time());
            values.add(after.id());
        }
        return page(sql.append(" ORDER BY wanted, firing LIMIT ?").toString(), values, size);
    }

    Optional<String> fact(String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT value FROM fact WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private Page page(String sql, List<Object> values, int size) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                select.setObject(i + 1, values.get(i));
            }
            select.setInt(values.size() + 1, size + 1);
            List<Map<String, Object>> items = new ArrayList<>();
            Page.Cursor last = null;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    if (items.size() == size) {
                        return new Page(items, last);
                    }
                    items.add(Json.parseObject(rows.getBytes(3)));
                    last = new Page.Cursor(rows.getLong(1), rows.getString(2));
                }
            }
            return new Page(items, null);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
