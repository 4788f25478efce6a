package io.talflow.gateway.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's SQL. One thread at a time uses it. When its outcome is known a firing's input is dropped; what remains of it is
 * its digest, which is not made before, since that takes as long as all the rest.
 */
final class JournalTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalTable.class);
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS firing (
              firing TEXT NOT NULL, attempt INTEGER NOT NULL, task TEXT NOT NULL, workflow TEXT NOT NULL,
              version TEXT NOT NULL, function TEXT NOT NULL, node TEXT NOT NULL, digest TEXT NOT NULL, input BLOB,
              phase TEXT NOT NULL, began INTEGER, data BLOB, published INTEGER NOT NULL DEFAULT 0,
              start TEXT NOT NULL DEFAULT 'NONE', PRIMARY KEY (firing, attempt))
            """;

    private static final String FIRING = "firing, attempt, task, workflow, version, function, node, input";

    /** What is known of a firing. */
    record Row(Phase phase, String digest, Optional<Outcome> outcome, Start start) {}

    private final Connection connection;
    private final PreparedStatement phase;
    private final PreparedStatement find;
    private final PreparedStatement insert;
    private final PreparedStatement tombstone;
    private final PreparedStatement withdraw;
    private final PreparedStatement outcome;
    private final PreparedStatement published;

    private JournalTable(Connection connection) throws SQLException {
        this.connection = connection;
        phase = connection.prepareStatement("SELECT phase FROM firing WHERE firing = ? AND attempt = ?");
        find = connection.prepareStatement("SELECT phase, digest, began, data, start, " + FIRING
                + " FROM firing WHERE firing = ? AND attempt = ?");
        insert = connection.prepareStatement(
                "INSERT OR IGNORE INTO firing (firing, attempt, task, workflow, version, function, node, digest, input, phase)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, 'ACCEPTED')");
        tombstone = connection.prepareStatement(
                "INSERT INTO firing (firing, attempt, task, workflow, version, function, node, digest, phase)"
                        + " VALUES (?, ?, '', '', '', '', '', '', 'WITHDRAWN')");
        withdraw = connection.prepareStatement(
                "UPDATE firing SET phase = 'WITHDRAWN', input = NULL WHERE firing = ? AND attempt = ?");
        outcome = connection.prepareStatement(
                "UPDATE firing SET phase = ?, began = ?, data = ?, digest = ?, start = ?, input = NULL WHERE firing = ? AND attempt = ?");
        published = connection.prepareStatement("UPDATE firing SET published = 1 WHERE firing = ? AND attempt = ?");
    }

    static JournalTable open(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = NORMAL");
            statement.execute(SCHEMA);
            addStart(statement);
            statement.execute("CREATE INDEX IF NOT EXISTS open_firing ON firing (phase) WHERE phase = 'ACCEPTED'");
            statement.execute("CREATE INDEX IF NOT EXISTS untold_firing ON firing (published)"
                    + " WHERE published = 0 AND phase IN ('COMPLETED', 'FAILED')");
            connection.setAutoCommit(false);
            return new JournalTable(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Journals of earlier versions do not have it. */
    private static void addStart(Statement statement) throws SQLException {
        try (ResultSet found =
                statement.executeQuery("SELECT 1 FROM pragma_table_info('firing') WHERE name = 'start'")) {
            if (found.next()) {
                return;
            }
        }
        statement.execute("ALTER TABLE firing ADD COLUMN start TEXT NOT NULL DEFAULT 'NONE'");
    }

    Phase phase(FiringKey key) throws SQLException {
        key(phase, 1, key);
        try (ResultSet rows = phase.executeQuery()) {
            return rows.next() ? Phase.valueOf(rows.getString(1)) : Phase.UNSEEN;
        }
    }

    Optional<Row> find(FiringKey key) throws SQLException {
        key(find, 1, key);
        try (ResultSet rows = find.executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            Phase phase = Phase.valueOf(rows.getString(1));
            String digest = phase == Phase.ACCEPTED ? firing(rows, 6).digest() : rows.getString(2);
            Optional<Outcome> ended = outcome(phase, rows.getLong(3), rows.getBytes(4));
            return Optional.of(new Row(phase, digest, ended, Start.valueOf(rows.getString(5))));
        }
    }

    /** False if there is one of that key. */
    boolean insert(Firing firing) throws SQLException {
        key(insert, 1, firing.key());
        insert.setString(3, firing.task());
        insert.setString(4, firing.workflow());
        insert.setString(5, firing.version());
        insert.setString(6, firing.function());
        insert.setString(7, firing.as());
        insert.setBytes(8, firing.input());
        return insert.executeUpdate() > 0;
    }

    void withdraw(FiringKey key, boolean seen) throws SQLException {
        PreparedStatement statement = seen ? withdraw : tombstone;
        key(statement, 1, key);
        statement.executeUpdate();
    }

    void record(Firing firing, Phase phase, Recorded ended) throws SQLException {
        outcome.setString(1, phase.name());
        outcome.setLong(2, ended.outcome().beganAt());
        outcome.setBytes(3, ended.outcome().data());
        outcome.setString(4, firing.digest());
        outcome.setString(5, ended.start().name());
        key(outcome, 6, firing.key());
        outcome.executeUpdate();
    }

    void published(FiringKey key) throws SQLException {
        key(published, 1, key);
        published.executeUpdate();
    }

    List<Firing> unfinished() throws SQLException {
        List<Firing> firings = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT " + FIRING + " FROM firing WHERE phase = 'ACCEPTED' ORDER BY rowid")) {
            while (rows.next()) {
                firings.add(firing(rows, 1));
            }
        }
        return firings;
    }

    List<Recorded> unpublished() throws SQLException {
        List<Recorded> outcomes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT firing, attempt, task, phase, began, data, start FROM firing"
                                + " WHERE published = 0 AND phase IN ('COMPLETED', 'FAILED') ORDER BY rowid")) {
            while (rows.next()) {
                FiringKey key = new FiringKey(rows.getString(1), rows.getInt(2));
                String task = rows.getString(3);
                Start start = Start.valueOf(rows.getString(7));
                outcome(Phase.valueOf(rows.getString(4)), rows.getLong(5), rows.getBytes(6))
                        .ifPresent(ended -> outcomes.add(new Recorded(key, task, ended, start)));
            }
        }
        return outcomes;
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.error("The journal cannot roll back", e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.error("The journal cannot be closed", e);
        }
    }

    private static Optional<Outcome> outcome(Phase phase, long began, byte[] data) {
        return switch (phase) {
            case COMPLETED -> Optional.of(new Outcome.Completed(began, data));
            case FAILED -> Optional.of(new Outcome.Failed(began, data));
            case UNSEEN, ACCEPTED, WITHDRAWN -> Optional.empty();
        };
    }

    /** @param first column of the first of {@link #FIRING} */
    private static Firing firing(ResultSet rows, int first) throws SQLException {
        return new Firing(
                new FiringKey(rows.getString(first), rows.getInt(first + 1)),
                rows.getString(first + 2),
                rows.getString(first + 3),
                rows.getString(first + 4),
                rows.getString(first + 5),
                rows.getString(first + 6),
                rows.getBytes(first + 7));
    }

    private static void key(PreparedStatement statement, int first, FiringKey key) throws SQLException {
        statement.setString(first, key.firing());
        statement.setInt(first + 1, key.attempt());
    }
}
