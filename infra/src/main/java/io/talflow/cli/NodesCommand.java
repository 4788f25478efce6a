package io.talflow.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "nodes",
        description = "Lists the nodes that run functions, with what each has and uses.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow nodes"})
final class NodesCommand extends GatewayCommand implements Runnable {
    @Override
    public void run() {
        Map<String, Object> answer = connection.api().nodes();
        output.print(
                spec.commandLine().getOut(),
                answer,
                Output.rows(answer, "nodes").stream().map(NodesCommand::row).toList(),
                List.of("node", "state", "cores", "memory", "disk", "running", "warm", "heard", "url"));
    }

    /** Of cores, memory and disk what is in use, and of how much. */
    static Map<String, Object> row(Map<String, Object> node) {
        Map<String, Object> row = new LinkedHashMap<>(node);
        row.put(
                "cores",
                String.format(Locale.ROOT, "%.2f of %s", number(node, "cpu", "used"), number(node, "cpu", "cores")));
        double total = number(node, "disk", "totalBytes");
        row.put("memory", bytes(number(node, "memory", "usedBytes"), number(node, "memory", "limitBytes")));
        row.put("disk", bytes(total - number(node, "disk", "freeBytes"), total));
        row.put("running", (long) number(node, "functions", "running"));
        row.put("warm", (long) number(node, "functions", "warm"));
        row.put("heard", Flow.distance(node.get("silentMillis") instanceof Long silent ? -silent : 0));
        return row;
    }

    private static String bytes(double used, double of) {
        return String.format(Locale.ROOT, "%.1f of %.1f GiB", used / (1L << 30), of / (1L << 30));
    }

    private static double number(Map<String, Object> node, String group, String name) {
        return node.get(group) instanceof Map<?, ?> fields && fields.get(name) instanceof Number number
                ? number.doubleValue()
                : 0;
    }
}
