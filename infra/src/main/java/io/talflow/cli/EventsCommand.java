package io.talflow.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "events",
        description = "Lists the events of a task as the log has them, and what was decided on each.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow events word-count/readme --output json"})
final class EventsCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Override
    public void run() {
        Object answer = connection.api().ofTask(task, "/events");
        List<Map<String, Object>> rows = Output.rows(answer, "events");
        String prefix = task + "@";
        rows.forEach(row -> {
            row.put("event", String.valueOf(row.get("type")).replaceFirst("^io\\.talflow\\.", ""));
            row.computeIfPresent("id", (name, id) -> id.toString().startsWith(prefix) ? shortened(id.toString()) : id);
            row.put("decision", Decisions.text(Output.rows(row, "decisions")));
        });
        output.print(spec.commandLine().getOut(), answer, rows, List.of("offset", "time", "event", "id", "decision"));
    }

    /** What stands after {@code task@offset/}. */
    private static String shortened(String id) {
        return id.substring(id.indexOf('/', id.indexOf('@')) + 1);
    }
}
