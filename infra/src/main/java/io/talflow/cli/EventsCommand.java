package io.talflow.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "events",
        description = "Lists the events of a task as the log has them.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow events word-count/readme --output json"})
final class EventsCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Mixin
    private Connection connection;

    @Mixin
    private Output output;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Object answer = connection.api().ofTask(task, "/events");
        List<Map<String, Object>> rows = Output.rows(answer, "events");
        String prefix = task + "@";
        rows.forEach(row -> {
            row.put("event", String.valueOf(row.get("type")).replaceFirst("^io\\.talflow\\.", ""));
            row.computeIfPresent("id", (name, id) -> id.toString().startsWith(prefix) ? shortened(id.toString()) : id);
            row.put("decision", decision(Output.rows(row, "decisions")));
        });
        output.print(spec.commandLine().getOut(), answer, rows, List.of("offset", "time", "event", "id", "decision"));
    }

    /** What stands after {@code task@offset/}. */
    private static String shortened(String id) {
        return id.substring(id.indexOf('/', id.indexOf('@')) + 1);
    }

    /** Such as {@code fired count x 3; ended COMPLETED}. */
    private static String decision(List<Map<String, Object>> decisions) {
        List<String> parts = new ArrayList<>();
        for (Map<String, Object> decision : decisions) {
            Map<String, Integer> rules = new LinkedHashMap<>();
            Output.rows(decision, "fired")
                    .forEach(firing -> rules.merge(String.valueOf(firing.get("rule")), 1, Integer::sum));
            rules.forEach((rule, times) -> parts.add("fired " + rule + (times == 1 ? "" : " x " + times)));
            for (String name : List.of("ignored", "ended")) {
                if (decision.get(name) != null) {
                    parts.add(name + " " + decision.get(name));
                }
            }
        }
        return String.join("; ", parts);
    }
}
