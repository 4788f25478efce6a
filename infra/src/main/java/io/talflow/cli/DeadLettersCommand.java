package io.talflow.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dead-letters",
        description = "Lists, shows and sends again what could not be processed.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DeadLettersCommand.ListLetters.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.Retry.class
        },
        footer = {"", "Example:", "  talflow dead-letters list"})
final class DeadLettersCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, show or retry");
    }

    @Command(
            name = "list",
            description = "Lists dead letters, newest first.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow dead-letters list --limit 10"})
    static final class ListLetters extends GatewayCommand implements Runnable {
        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "How many at most, 1 to 1000 (default: ${DEFAULT-VALUE}).")
        private int limit;

        @Option(
                names = "--before",
                paramLabel = "OFFSET",
                defaultValue = "",
                description = "Only those before this one: the next page.")
        private String before;

        @Override
        public void run() {
            Map<String, Object> answer = connection.api().deadLetters(limit, before);
            output.print(
                    spec.commandLine().getOut(),
                    answer,
                    Output.rows(answer, "deadLetters"),
                    List.of("offset", "time", "code", "topic", "key", "reason"));
            if (!output.isJson() && answer.get("nextPageToken") != null) {
                spec.commandLine()
                        .getErr()
                        .println("there are more: --before %s".formatted(answer.get("nextPageToken")));
            }
        }
    }

    @Command(
            name = "show",
            description = "Prints a dead letter: what was wrong, and the original's headers and bytes.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow dead-letters show 17 --output json"})
    static final class Show extends OfOne {
        @Override
        Map<String, Object> answer(Api api, long offset) {
            return api.deadLetter(offset);
        }
    }

    @Command(
            name = "retry",
            description = "Sends the original again to the topic it came from. The dead letter stays.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow dead-letters retry 17"})
    static final class Retry extends OfOne {
        @Override
        Map<String, Object> answer(Api api, long offset) {
            return api.retryDeadLetter(offset);
        }
    }

    /** Prints what the gateway answers about one dead letter. */
    abstract static class OfOne extends GatewayCommand implements Runnable {
        @Parameters(paramLabel = "OFFSET", description = "Which one: its offset, as the list shows it.")
        private long offset;

        abstract Map<String, Object> answer(Api api, long offset);

        @Override
        public void run() {
            output.print(spec.commandLine().getOut(), answer(connection.api(), offset));
        }
    }
}
