package io.talflow.cli;

import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.history.KafkaHistory;
import io.talflow.gateway.log.LogUnavailable;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.replay.Difference;
import io.talflow.tal.replay.History;
import io.talflow.tal.replay.HistoryFile;
import io.talflow.tal.replay.Outcome;
import io.talflow.tal.replay.Replay;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = {
            "Decides once more all that was decided in a task, from its recorded events alone, and compares.",
            "The first decision that differs is printed, with exit code 1."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  talflow replay word-count/readme --save readme.jsonl",
            "  talflow replay readme.jsonl",
            "  talflow replay word-count/readme --kafka 127.0.0.1:9092"
        })
final class ReplayCommand extends GatewayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK|FILE", description = "Id of a task, WORKFLOW/KEY, or a file with its history.")
    private String taskOrFile;

    @Option(names = "--save", paramLabel = "FILE", description = "Writes the task's history to a file.")
    private Path save;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Reads the task's history from Kafka itself, without a gateway.")
    private String kafka;

    @Override
    public Integer call() {
        try {
            History history = history();
            if (save != null) {
                try (OutputStream out = Files.newOutputStream(save)) {
                    HistoryFile.write(history, out);
                }
            }
            Outcome outcome = Replay.of(history);
            print(outcome);
            return outcome.isSame() ? 0 : CommandFailed.DIFFERS;
        } catch (HistoryFile.Unreadable | InvalidTal e) {
            throw CommandFailed.badInput(e.getMessage());
        } catch (IOException e) {
            throw CommandFailed.badInput("cannot read or write %s: %s".formatted(save == null ? taskOrFile : save, e));
        }
    }

    private History history() throws IOException {
        Path file = Path.of(taskOrFile);
        if (Files.isRegularFile(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                return HistoryFile.read(taskOrFile, in);
            }
        }
        String task = Api.task(taskOrFile);
        if (kafka == null) {
            return HistoryFile.read(
                    task, new ByteArrayInputStream(connection.api().history(task)));
        }
        try {
            return KafkaHistory.of(kafka, task);
        } catch (GatewayFailure e) {
            throw CommandFailed.badInput(e.getMessage());
        } catch (LogUnavailable e) {
            throw CommandFailed.unreachable(e.getMessage());
        }
    }

    private void print(Outcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            output.print(out, json(outcome));
        } else if (outcome.isSame()) {
            out.println("%s: %d events, %d decisions, all as recorded; %s"
                    .formatted(
                            outcome.task(),
                            outcome.events(),
                            outcome.decisions(),
                            outcome.status().get("status")));
            if (outcome.ahead() > 0) {
                out.println("%d more after the last recorded one: not recorded yet".formatted(outcome.ahead()));
            }
        } else {
            Difference difference = outcome.difference().orElseThrow();
            out.println("%s: differs after %d events and %d decisions"
                    .formatted(outcome.task(), outcome.events(), outcome.decisions()));
            difference.lines().forEach(out::println);
        }
    }

    private static Map<String, Object> json(Outcome outcome) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", outcome.task());
        json.put("same", outcome.isSame());
        json.put("events", (long) outcome.events());
        json.put("decisions", (long) outcome.decisions());
        json.put("notRecordedYet", (long) outcome.ahead());
        json.put("status", outcome.status().get("status"));
        outcome.difference().ifPresent(difference -> json.put("difference", difference.json()));
        return json;
    }
}
