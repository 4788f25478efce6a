package io.talflow.cli;

import io.talflow.gateway.view.StoredView;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a stack that does not run any more knew of its tasks. Says on stderr that it is old, and how old. */
final class Stored {
    private Stored() {}

    static Optional<Map<String, Object>> task(Connection connection, String task, PrintWriter err) {
        return ask(connection, err, view -> view.task(task).orElse(null));
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
        try (StoredView view =
                StoredView.open(connection.data.resolve("gateway/view.db")).orElse(null)) {
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
            throw CommandFailed.unreachable("cannot read what the stack had stored: " + e.getMessage());
        }
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
