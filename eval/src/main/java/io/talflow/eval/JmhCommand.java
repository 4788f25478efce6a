package io.talflow.eval;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code talflow bench jmh} */
@Command(
        name = "jmh",
        description = "The inner pieces of the operator under JMH; everything after jmh are JMH's own arguments.",
        footer = {"", "Example:", "  talflow bench jmh Matching -f 1 -rf json -rff matching.json"})
final class JmhCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "ARGUMENT",
            description = "Of JMH: a regular expression of names, options.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws Exception {
        org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
