package io.talflow.cli;

import io.talflow.stack.ProcessStack;
import io.talflow.stack.Stack;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dev",
        description = "Starts the stack and stays; applies the given workflows, and again whenever their files change.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow dev datasets/word-count/workflow.yaml"})
final class DevCommand implements Callable<Integer> {
    private static final long WATCH_MILLIS = 500;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Workflow files to apply and watch.")
    private List<Path> files = List.of();

    @Option(
            names = "--processes",
            description = "Broker, JobManager, TaskManager and gateways as processes of their own.")
    private boolean processes;

    @Option(
            names = "--gateways",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --processes: so many gateways, each a node that runs functions (default: 1).")
    private int gateways;

    @Option(
            names = "--auth",
            description =
                    "The gateway asks for tokens; DIR/stack.json has one, which commands on DIR find by themselves.")
    private boolean authenticate;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${TALFLOW_DATA:-.talflow}",
            description = "The stack's data directory (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Mixin
    private NodeOptions node;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (gateways < 1 || (gateways > 1 && !processes)) {
            throw CommandFailed.badInput(
                    "--gateways must be 1 or more, and more than 1 need --processes; is %d".formatted(gateways));
        }
        PrintWriter err = spec.commandLine().getErr();
        List<WatchedFile> watched = files.stream().map(WatchedFile::new).toList();
        Running running = start(err);
        Thread hook = new Thread(running::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        Api api = new Api(running.url(), running.token());
        err.println("talflow serves at %s, Kafka at %s, data in %s; Ctrl-C stops it"
                .formatted(running.url(), running.kafka(), data));
        while (hook.getState() == Thread.State.NEW) {
            watched.forEach(file -> file.applyIfChanged(api, err));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WATCH_MILLIS));
        }
        return CommandFailed.INTERRUPTED;
    }

    /** Either kind of stack. */
    private record Running(String url, String kafka, String token, Runnable close) {
        void stop() {
            close.run();
        }
    }

    private Running start(PrintWriter err) {
        Runnable owned = () -> err.println("starting the stack in %s".formatted(data));
        try {
            Optional<Running> running = processes
                    ? ProcessStack.start(data, gateways, owned, authenticate, node.arguments())
                            .map(stack -> new Running(stack.url(), stack.kafka(), stack.token(), stack::close))
                    : Stack.start(data, owned, node.gateway(), authenticate)
                            .map(stack -> new Running(stack.url(), stack.kafka(), stack.token(), stack::close));
            if (running.isPresent()) {
                return running.get();
            }
        } catch (IOException | RuntimeException e) {
            throw CommandFailed.unreachable(
                    "the stack does not start: %s; see %s".formatted(e.getMessage(), data.resolve("logs")));
        }
        throw CommandFailed.badInput("a stack already runs on %s; use it, or another --data".formatted(data));
    }
}
