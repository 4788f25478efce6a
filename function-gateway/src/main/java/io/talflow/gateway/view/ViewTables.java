package io.talflow.gateway.view;

import io.talflow.tal.Json;
import io.talflow.tal.event.TaskId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * The view's SQL for its one writer. A row is never replaced by one of a lower revision, so it does not matter how often
 * a key's records come again. Of one revision the last counts: what one event did to a task may take several records,
 * as when a function is wanted and withdrawn at once, or a definition's arrival releases events that waited for it.
 */
final class ViewTables implements AutoCloseable {
    private static final String[] SCHEMA = {
        "CREATE TABLE IF NOT EXISTS task (task TEXT PRIMARY KEY, workflow TEXT NOT NULL, status TEXT NOT NULL,"
                + " started INTEGER NOT NULL, revision INTEGER NOT NULL, state BLOB NOT NULL)",
        "CREATE INDEX IF NOT EXISTS task_started ON task (started DESC, task DESC)",
        "CREATE INDEX IF NOT EXISTS task_workflow ON task (workflow, started DESC, task DESC)",
        "CREATE INDEX IF NOT EXISTS task_status ON task (status, started DESC, task DESC)",
        "CREATE TABLE IF NOT EXISTS invocation (firing TEXT PRIMARY KEY, task TEXT NOT NULL, node TEXT NOT NULL,"
                + " status TEXT NOT NULL, wanted INTEGER NOT NULL, revision INTEGER NOT NULL, state BLOB NOT NULL)",
        "CREATE INDEX IF NOT EXISTS invocation_task ON invocation (task, wanted, firing)",
        "CREATE INDEX IF NOT EXISTS invocation_node ON invocation (task, node, status, revision)",
        "CREATE TABLE IF NOT EXISTS position (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    };

    private final Connection connection;
    private final PreparedStatement task;
    private final PreparedStatement invocation;
    private final PreparedStatement position;
    private final PreparedStatement fact;
    private final PreparedStatement forget;

    private ViewTables(Connection connection) throws SQLException {
        this.connection = connection;
        task = connection.prepareStatement("INSERT INTO task (task, workflow, status, started, revision, state)"
                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task) DO UPDATE SET status = excluded.status,"
                + " started = excluded.started, revision = excluded.revision, state = excluded.state"
                + " WHERE excluded.revision >= task.revision");
        invocation = connection.prepareStatement(
                "INSERT INTO invocation (firing, task, node, status, wanted, revision, state)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (firing) DO UPDATE SET status = excluded.status,"
                        + " revision = excluded.revision, state = excluded.state"
                        + " WHERE excluded.revision >= invocation.revision");
        position = connection.prepareStatement("INSERT INTO position (partition, next) VALUES (?, ?)"
                + " ON CONFLICT (partition) DO UPDATE SET next = excluded.next");
        fact = connection.prepareStatement("INSERT INTO fact (name, value) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        forget = connection.prepareStatement("DELETE FROM fact WHERE name = ?");
    }

    static ViewTables open(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = NORMAL");
            for (String table : SCHEMA) {
                statement.execute(table);
            }
            connection.setAutoCommit(false);
            return new ViewTables(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** True if it is news. */
    boolean task(String id, Map<String, Object> state) throws SQLException {
        task.setString(1, id);
        task.setString(2, TaskId.workflow(id));
        task.setString(3, String.valueOf(state.get("status")));
        task.setLong(4, number(state, "startedAt"));
        task.setLong(5, number(state, "revision"));
        task.setBytes(6, Json.bytes(state));
        return task.executeUpdate() > 0;
    }

    void invocation(String firing, Map<String, Object> state) throws SQLException {
        invocation.setString(1, firing);
        invocation.setString(2, String.valueOf(state.get("task")));
        invocation.setString(3, String.valueOf(state.get("node")));
        invocation.setString(4, String.valueOf(state.get("status")));
        invocation.setLong(5, number(state, "wantedAt"));
        invocation.setLong(6, number(state, "revision"));
        invocation.setBytes(7, Json.bytes(state));
        invocation.executeUpdate();
    }

    void position(int partition, long next) throws SQLException {
        position.setInt(1, partition);
        position.setLong(2, next);
        position.executeUpdate();
    }

    Map<Integer, Long> positions() throws SQLException {
        Map<Integer, Long> positions = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT partition, next FROM position")) {
            while (rows.next()) {
                positions.put(rows.getInt(1), rows.getLong(2));
            }
        }
        return positions;
    }

    void fact(String name, String value) throws SQLException {
        fact.setString(1, name);
        fact.setString(2, value);
        fact.executeUpdate();
    }

    /** Empty if there is no such fact. */
    String fact(String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT value FROM fact WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }

    void forget(String name) throws SQLException {
        forget.setString(1, name);
        forget.executeUpdate();
    }

    /** Forgets everything: the topic is another one than before. */
    void clear() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : new String[] {"task", "invocation", "position", "fact"}) {
                statement.executeUpdate("DELETE FROM " + table);
            }
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private static long number(Map<String, Object> state, String name) {
        return state.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
