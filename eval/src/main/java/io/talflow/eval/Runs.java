package io.talflow.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How often a benchmark runs, how it prints, and whether what it measures is recorded; the same for all of them. */
final class Runs {
    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Repetitions (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--json", description = "Prints one JSON object instead of a table.")
    private boolean json;

    @Option(
            names = "--jfr",
            paramLabel = "FILE",
            description = "Records the measured part with JFR; read it with the JDK's jfr.")
    private Path jfr;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    int count() {
        return count;
    }

    boolean isRecorded() {
        return jfr != null;
    }

    /** One repetition. */
    interface Run {
        /** @param profile to be told when the warm-up is over */
        Map<String, Double> measure(Profile profile) throws Exception;
    }

    /**
     * Measures and prints.
     *
     * @return the exit code
     */
    int report(Map<String, Object> parameters, Run run) throws Exception {
        List<Map<String, Double>> runs = new ArrayList<>();
        try (Profile profile = new Profile(Optional.ofNullable(jfr))) {
            for (int at = 0; at < count; at++) {
                runs.add(run.measure(profile));
            }
        }
        new Report(command.name(), parameters, runs).print(command.commandLine().getOut(), json);
        return 0;
    }
}
