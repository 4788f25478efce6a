package io.talflow.tal.importer;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Problem;
import io.talflow.tal.check.Checks;
import io.talflow.tal.dag.Dag;
import io.talflow.tal.dag.DagConverter;
import io.talflow.tal.dag.DagReader;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import io.talflow.tal.parse.TalReader;
import io.talflow.tal.parse.YamlReader;
import io.talflow.tal.print.Graph;
import io.talflow.tal.print.TalPrinter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads a workflow file of any format the project knows, recognised by its content. */
public final class Formats {
    /** A document that claims to be TAL is held to the limits of what people write. */
    private static final Pattern TAL = Pattern.compile("(?m)^[ \\t]*+\\{?[ \\t]*+\"?tal\"?[ \\t]*+:");

    private Formats() {}

    /**
     * A workflow that can run.
     *
     * @param text what is registered: TAL
     * @param warnings problems that do not refuse it
     */
    public record Loaded(Workflow workflow, Graph graph, String text, List<Problem> warnings) {}

    /** @throws InvalidTal with every problem the file has */
    public static Workflow load(String file, byte[] bytes) {
        return loadWithWarnings(file, bytes).workflow();
    }

    /** @throws InvalidTal with every problem the file has */
    public static Loaded loadWithWarnings(String file, byte[] bytes) {
        return loadWithWarnings(file, bytes, ImportOptions.DEFAULT);
    }

    /** @throws InvalidTal with every problem the file has */
    public static Loaded loadWithWarnings(String file, byte[] bytes, ImportOptions options) {
        Problems problems = new Problems(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean looksTal = TAL.matcher(text).find();
        Optional<Node> root = looksTal
                ? YamlReader.read(bytes, YamlReader.Limits.TAL, problems)
                : YamlReader.read(bytes, YamlReader.Limits.IMPORT, problems, new Problems(file));
        if (root.isEmpty()) {
            throw new InvalidTal(problems.all());
        }
        if (root.orElseThrow() instanceof Node.Mapping mapping) {
            if (mapping.get("tal") != null && mapping.get("dag") != null) {
                Dag dag = new DagReader(problems).read(mapping);
                return new Loaded(converted(dag, problems), dag.graph(), text, problems.all());
            }
            if (mapping.get("tal") != null) {
                Workflow workflow = new TalReader(problems).read(mapping);
                checked(workflow, problems);
                return new Loaded(workflow, Graph.of(workflow), text, problems.all());
            }
            if (WfFormatImporter.recognises(mapping)) {
                return imported(new WfFormatImporter(options, problems).read(mapping), problems);
            }
            if (FaasFlowImporter.recognises(mapping)) {
                return imported(new FaasFlowImporter(options, problems).read(nameOf(file), mapping), problems);
            }
        }
        problems.error(
                "tal/unknown-format",
                root.orElseThrow().position(),
                "not a workflow this reads: TAL starts with 'tal: 1', WfFormat has 'schemaVersion' and 'workflow',"
                        + " FaaSFlow has 'global_input' and 'functions'");
        throw new InvalidTal(problems.all());
    }

    private static Loaded imported(Dag dag, Problems problems) {
        Workflow workflow = converted(dag, problems);
        return new Loaded(workflow, dag.graph(), TalPrinter.json(workflow), problems.all());
    }

    private static Workflow converted(Dag dag, Problems problems) {
        problems.throwIfErrors();
        Optional<Workflow> workflow = DagConverter.convert(dag, problems);
        problems.throwIfErrors();
        checked(workflow.orElseThrow(), problems);
        return workflow.orElseThrow();
    }

    private static void checked(Workflow workflow, Problems problems) {
        problems.throwIfErrors();
        Checks.run(workflow, problems);
        problems.throwIfErrors();
    }

    /** FaaSFlow keeps one {@code flat_workflow.yaml} in the folder of each workflow. */
    private static String nameOf(String file) {
        List<String> parts = List.of(file.replace('\\', '/').split("/", -1));
        String last = parts.get(parts.size() - 1);
        boolean folderSays = last.startsWith("flat_workflow") && parts.size() > 1;
        return Recorded.workflowName(folderSays ? parts.get(parts.size() - 2) : last.replaceFirst("\\.[^.]*$", ""));
    }
}
