package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = "Says why rules of a task have not fired: what has arrived, what is missing, which deadline runs,"
                + " what a condition was evaluated on. The job itself answers, through the log.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow explain order/42 ship"})
final class ExplainCommand extends GatewayCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Parameters(
            index = "1",
            paramLabel = "RULE",
            arity = "0..1",
            description = "One rule only; else each that may still fire.")
    private String rule;

    @Option(names = "--all", description = "Rules that have fired for good, too.")
    private boolean all;

    @Override
    public void run() {
        Map<String, Object> answer = connection.api().explain(task, rule, all);
        List<Map<String, Object>> rules = Output.rows(answer, "rules");
        boolean running = "RUNNING".equals(answer.get("status"));
        if (rule != null && rules.isEmpty() && running) {
            throw CommandFailed.badInput(
                    "task %s has no rule %s; talflow rules list %s --all".formatted(task, rule, task));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(Json.pretty(answer));
        } else {
            new Explained(out, System.currentTimeMillis()).print(answer);
        }
    }
}
