package io.talflow.cli;

import io.talflow.tal.Json;
import io.talflow.tal.print.Graph;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "graph",
        description = "Prints what leads to what in a workflow file of any format, in the file's own ids.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow graph datasets/word-count/workflow.yaml --output json"})
final class GraphCommand implements Runnable {
    /** The ways to print a graph. */
    enum Format {
        mermaid,
        json
    }

    @Parameters(paramLabel = "FILE", description = "A workflow file.")
    private Path file;

    @Option(
            names = "--output",
            paramLabel = "mermaid|json",
            defaultValue = "mermaid",
            description = "How the graph is printed (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Graph graph =
                WorkflowFile.load(file, spec.commandLine().getErr()).loaded().graph();
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.mermaid) {
            out.print(graph.mermaid());
            out.flush();
            return;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("nodes", graph.nodes());
        json.put("edges", graph.edges());
        out.println(Json.text(json));
    }
}
