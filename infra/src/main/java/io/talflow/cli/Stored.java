package io.talflow.cli;

import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.gateway.view.Page;
import io.talflow.gateway.view.StoredView;
import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a stack that does not run any more knew of its tasks. Says on stderr that it is old, and how old. */
final class Stored {
    private static final int PAGE = 1_000;

    private Stored() {}

    static Optional<Map<String, Object>> task(Connection connection, String task, PrintWriter err) {
        return ask(connection, err, view -> view.task(task).orElse(null));
    }

    /** All invocations of a task, in the order they were wanted. */
    static List<Map<String, Object>> invocations(Connection connection, String task) {
        try (StoredView view = StoredView.open(file(connection)).orElseThrow()) {
            List<Map<String, Object>> all = new ArrayList<>();
            Page.Cursor after = null;
            do {
                Page page = view.invocations(task, PAGE, after);
                all.addAll(page.items());
                after = page.next();
            } while (after != null);
            return all;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** What the task's functions printed on this node, as the API gives it; empty if nothing is stored here. */
    static Optional<Object> logs(Connection connection, String task, String function) {
        Path logs = connection.data.resolve("gateway/logs");
        if (connection.isRemote() || !TaskId.isValid(task) || !Files.isDirectory(connection.data.resolve("gateway"))) {
            return Optional.empty();
        }
        try {
            List<Map<String, Object>> entries = new ArrayList<>();
            for (FunctionLogs.Entry entry : new FunctionLogs(logs).of(new LogQuery(task, function, ""))) {
                entries.add(Map.of("function", entry.node(), "firing", entry.firing(), "text", entry.text()));
            }
            return Optional.of(Map.of("logs", entries));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Path file(Connection connection) {
        return connection.data.resolve("gateway/view.db");
    }

    private static CommandFailed unreadable(IOException e) {
        return CommandFailed.unreachable("cannot read what the stack had stored: " + e.getMessage());
    }

    static Optional<Object> tasks(Connection connection, String workflow, String status, int limit, PrintWriter err) {
        return ask(connection, err, view -> {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put(
                    "tasks",
                    view.tasks(nullIfEmpty(workflow), nullIfEmpty(status), limit, null)
                            .items());
            answer.put("asOf", view.asOf(null));
            return answer;
        });
    }

    /** A question to the stored view; null: it does not know. */
    private interface Question<T> {
        T ask(StoredView view) throws IOException;
    }

    private static <T> Optional<T> ask(Connection connection, PrintWriter err, Question<T> question) {
        if (connection.isRemote()) {
            return Optional.empty();
        }
        try (StoredView view = StoredView.open(file(connection)).orElse(null)) {
            if (view == null) {
                return Optional.empty();
            }
            Optional<T> answer = Optional.ofNullable(question.ask(view));
            if (answer.isPresent() && view.asOf(null).get("ageMillis") instanceof Long age) {
                err.println("no stack runs on %s: this is what it had stored %d s ago"
                        .formatted(connection.data, age / 1000));
            }
            return answer;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
