package io.talflow.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Lists tasks, newest first.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow list --workflow word-count --status RUNNING"})
final class ListCommand extends GatewayCommand implements Runnable {
    /** What a task can be. */
    enum Status {
        WAITING,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED
    }

    @Option(names = "--workflow", paramLabel = "NAME", defaultValue = "", description = "Tasks of one workflow only.")
    private String workflow;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Tasks of one status only: ${COMPLETION-CANDIDATES}.")
    private Status only;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public void run() {
        String status = only == null ? "" : only.name();
        StringBuilder query = new StringBuilder("?pageSize=" + limit);
        if (!workflow.isEmpty()) {
            query.append("&workflow=").append(Api.encode(workflow));
        }
        if (!status.isEmpty()) {
            query.append("&status=").append(Api.encode(status));
        }
        Object answer = connection
                .find()
                .map(api -> api.tasks(query.toString()))
                .or(() -> Stored.tasks(
                        connection, workflow, status, limit, spec.commandLine().getErr()))
                .orElseGet(() -> connection.api().tasks(query.toString()));
        output.print(
                spec.commandLine().getOut(),
                answer,
                Output.rows(answer, "tasks"),
                List.of("task", "status", "version", "startedAt", "endedAt", "revision"));
    }
}
