package io.talflow.cli;

import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes replayed functions take a part of their recorded runtime. */
final class TimeScale {
    private TimeScale() {}

    /**
     * The text to register.
     *
     * @param scale what recorded runtimes are multiplied by; 1 changes nothing
     */
    static String apply(Formats.Loaded loaded, double scale) {
        if (!(scale >= 0) || Double.isInfinite(scale)) {
            throw CommandFailed.badInput("--time-scale must be a number of 0 or more, is " + scale);
        }
        if (scale == 1) {
            return loaded.text();
        }
        Workflow workflow = loaded.workflow();
        Map<String, Function> functions = new LinkedHashMap<>();
        workflow.functions().forEach((name, function) -> functions.put(name, scaled(function, scale)));
        return TalPrinter.json(new Workflow(
                workflow.name(),
                workflow.inputSchema(),
                functions,
                workflow.events(),
                workflow.rules(),
                workflow.start(),
                workflow.deadline(),
                workflow.limits()));
    }

    private static Function scaled(Function function, double scale) {
        if (!(function.executor() instanceof Function.Executor.Replay replay)) {
            return function;
        }
        long shortest = replay.runtime().isZero() || scale == 0 ? 0 : 1;
        Duration runtime =
                Duration.ofMillis(Math.max(shortest, Math.round(replay.runtime().toMillis() * scale)));
        return new Function(
                function.name(),
                new Function.Executor.Replay(runtime),
                function.emits(),
                function.timeout(),
                function.heartbeat(),
                function.retry(),
                function.compensate(),
                function.secrets(),
                function.position());
    }
}
