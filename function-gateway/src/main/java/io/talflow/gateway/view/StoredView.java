package io.talflow.gateway.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The view as a gateway left it, readable without a running stack. Each answer says how old it is. */
public final class StoredView implements AutoCloseable {
    private final ViewReader reader;
    private final Path file;
    private final Clock clock;

    private StoredView(ViewReader reader, Path file, Clock clock) {
        this.reader = reader;
        this.file = file;
        this.clock = clock;
    }

    /**
     * @param file {@code view.db} in a gateway's data directory
     * @return empty if there is no such file
     * @throws IOException if it is no view
     */
    public static Optional<StoredView> open(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StoredView(ViewReader.open(file), file, Clock.systemUTC()));
        } catch (SQLException e) {
            throw new IOException("%s is no view: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** As {@code GET /v1/tasks/…} answers, with {@code asOf: {revision, source: "stored", ageMillis}}. */
    public Optional<Map<String, Object>> task(String task) throws IOException {
        try {
            Optional<Map<String, Object>> state = reader.task(task);
            if (state.isPresent()) {
                state.get().put("asOf", asOf(state.get().get("revision")));
            }
            return state;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** Newest first; null filters mean all. */
    public Page tasks(String workflow, String status, int size, Page.Cursor after) throws IOException {
        try {
            return reader.tasks(workflow, status, size, after);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    public Page invocations(String task, int size, Page.Cursor after) throws IOException {
        try {
            return reader.invocations(task, null, size, after);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** {@code {revision?, source: "stored", ageMillis}}. */
    public Map<String, Object> asOf(Object revision) throws IOException {
        Map<String, Object> asOf = new LinkedHashMap<>();
        if (revision != null) {
            asOf.put("revision", revision);
        }
        asOf.put("source", "stored");
        asOf.put("ageMillis", Math.max(0, clock.millis() - writtenAt()));
        return asOf;
    }

    /** When the view was known to be complete; without a clean stop, when its files were last written. */
    private long writtenAt() throws IOException {
        try {
            Optional<String> fresh = reader.fact(ViewUpdater.FRESH_AT);
            if (fresh.isPresent()) {
                return Long.parseLong(fresh.get());
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        long written = Files.getLastModifiedTime(file).toMillis();
        return Files.exists(log)
                ? Math.max(written, Files.getLastModifiedTime(log).toMillis())
                : written;
    }

    @Override
    public void close() throws IOException {
        try {
            reader.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
