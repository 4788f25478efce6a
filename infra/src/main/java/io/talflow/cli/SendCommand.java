package io.talflow.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "send",
        description = "Sends a CloudEvent to a task.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow send order/42 --type com.shop.paid.v1 --event-data '{\"amount\": 12}'"})
final class SendCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task the event is for.")
    private String task;

    @Option(names = "--type", required = true, paramLabel = "TYPE", description = "The event's CloudEvents type.")
    private String type;

    @Option(names = "--event-data", paramLabel = "JSON|@FILE", description = "The event's data.")
    private String eventData;

    @Option(names = "--id", paramLabel = "ID", description = "The event's id; the same id again is the same event.")
    private String id;

    @Option(
            names = "--source",
            paramLabel = "URI",
            defaultValue = "/talflow/cli",
            description = "The event's source (default: ${DEFAULT-VALUE}).")
    private String source;

    @Override
    public void run() {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("specversion", "1.0");
        event.put("id", id == null ? UUID.randomUUID().toString() : id);
        event.put("source", source);
        event.put("type", type);
        event.put("taltask", task);
        event.put("datacontenttype", "application/json");
        if (eventData != null) {
            event.put("data", Input.parse(eventData));
        }
        Api api = connection.api();
        api.send(event);
        if (api.statusIfKnown(task).isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("no task %s is known; until it starts, its events are dead letters".formatted(task));
        }
        if (output.isJson()) {
            output.print(spec.commandLine().getOut(), Map.of("task", task, "id", event.get("id")));
        } else {
            spec.commandLine().getErr().println("sent " + event.get("id"));
        }
    }
}
