package io.talflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rules",
        description = "Lists the rules of a task, and changes those of this one task while it runs.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RulesCommand.ListRules.class,
            RulesCommand.Add.class,
            RulesCommand.Enable.class,
            RulesCommand.Disable.class
        },
        footer = {"", "Example:", "  talflow rules add order/42 late.yaml"})
final class RulesCommand implements Runnable {
    private static final String TASK = "Id of the task: WORKFLOW/KEY.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, add, enable or disable");
    }

    /** Who commands; the task's history shows it. */
    private static String by() {
        return System.getProperty("user.name", "unknown");
    }

    @Command(
            name = "list",
            description = "Lists the rules of a task that may still fire.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow rules list order/42 --all"})
    static final class ListRules extends GatewayCommand implements Runnable {
        @Parameters(paramLabel = "TASK", description = TASK)
        private String task;

        @Option(names = "--all", description = "Rules that have fired for good, too.")
        private boolean all;

        @Override
        public void run() {
            Map<String, Object> answer = connection.api().explain(task, null, all);
            List<Map<String, Object>> rules = Output.rows(answer, "rules");
            rules.forEach(rule -> {
                rule.put("from", rule.get("added") == null ? "workflow" : "added");
                rule.put("when", Flow.text(rule.get("when")));
            });
            output.print(
                    spec.commandLine().getOut(),
                    answer,
                    rules,
                    List.of("rule", "state", "fires", "firings", "from", "when"));
        }
    }

    @Command(
            name = "add",
            description = {
                "Adds a rule to a task. FILE holds one rule as in a workflow's file, YAML or JSON, and may have 'given'.",
                "The rule is held to the checks of the task's workflow; it sees the events after it."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow rules add order/42 late.yaml"})
    static final class Add extends GatewayCommand implements Runnable {
        @Parameters(index = "0", paramLabel = "TASK", description = TASK)
        private String task;

        @Parameters(index = "1", paramLabel = "FILE", description = "A file with the rule.")
        private Path file;

        @Override
        public void run() {
            byte[] text;
            try {
                text = Files.readAllBytes(file);
            } catch (IOException e) {
                throw CommandFailed.badInput("%s:1:1: cannot read it: no such file, or not readable".formatted(file));
            }
            output.print(
                    spec.commandLine().getOut(),
                    connection.api().addRule(task, file.getFileName().toString(), text, by()));
        }
    }

    @Command(
            name = "enable",
            description = "Arms a rule of a task that is disabled.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow rules enable order/42 late"})
    static final class Enable extends Switch {
        Enable() {
            super("enable");
        }
    }

    @Command(
            name = "disable",
            description = "Disables a rule of a task: it sees nothing until it is enabled.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow rules disable order/42 late"})
    static final class Disable extends Switch {
        Disable() {
            super("disable");
        }
    }

    /** Arms or disables. */
    abstract static class Switch extends GatewayCommand implements Runnable {
        @Parameters(index = "0", paramLabel = "TASK", description = TASK)
        private String task;

        @Parameters(index = "1", paramLabel = "RULE", description = "Id of the rule.")
        private String rule;

        private final String command;

        Switch(String command) {
            this.command = command;
        }

        @Override
        public void run() {
            output.print(
                    spec.commandLine().getOut(),
                    connection.api().commandRules(task, Map.of(command, rule, "by", by())));
        }
    }
}
