package io.talflow.cli;

import io.talflow.tal.Json;
import io.talflow.tal.event.TaskId;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = "Says why rules of a task have not fired: what has arrived, what is missing, which deadline runs,"
                + " what a condition was evaluated on. The job itself answers, through the log.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow explain order/42 ship", "  talflow explain --data movie/7"})
final class ExplainCommand extends GatewayCommand implements Runnable {
    @Parameters(index = "0", arity = "0..1", paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Parameters(
            index = "1",
            paramLabel = "RULE",
            arity = "0..1",
            description = "One rule only; else each that may still fire.")
    private String rule;

    @Option(names = "--all", description = "Rules that have fired for good, too.")
    private boolean all;

    @Option(
            names = "--values",
            description = "Which way each of the task's values took, why, its bytes and time; also: --data TASK.")
    private boolean values;

    @Override
    public void run() {
        if (task == null) {
            takeTaskFromData();
        }
        if (values) {
            ExplainedData.print(
                    spec.commandLine().getOut(),
                    spec.commandLine().getErr(),
                    output,
                    connection.api().data(task));
            return;
        }
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

    /** {@code --data TASK} without another TASK asks for the task's data, of the stack in the default directory. */
    private void takeTaskFromData() {
        String named = connection.data.toString();
        if (!TaskId.isValid(named)) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'TASK'");
        }
        task = named;
        values = true;
        connection.data = Connection.DEFAULT_DATA;
    }
}
