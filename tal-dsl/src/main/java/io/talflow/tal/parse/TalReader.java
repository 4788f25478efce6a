package io.talflow.tal.parse;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the parts every TAL document has, and the rules of one that is written as rules. */
public final class TalReader {
    private final Problems problems;

    public TalReader(Problems problems) {
        this.problems = problems;
    }

    /** The workflow; incomplete where problems were reported. */
    public Workflow read(Node.Mapping root) {
        Fields fields = new Fields(root, "the document", problems);
        fields.allow("tal", "workflow", "input", "events", "start", "deadline", "limits", "functions", "rules");
        return declared(fields, new RulesReader(problems).read(fields.items("rules"), fields));
    }

    /** Everything a document declares, whatever form it has, with these rules. */
    public Workflow declared(Fields fields, List<Rule> rules) {
        EventReader outside = new EventReader(problems);
        return new Workflow(
                name(fields),
                fields.fields("input").map(input -> input.mapping().value()).orElse(Map.of()),
                functions(fields),
                outside.events(fields),
                rules,
                outside.start(fields),
                fields.duration("deadline").orElse(Workflow.DEFAULT_DEADLINE),
                fields.fields("limits").map(TalReader::limits).orElse(Workflow.Limits.DEFAULT));
    }

    private static Workflow.Limits limits(Fields limits) {
        limits.allow("eventsPerSecond");
        return new Workflow.Limits((int) limits.whole(
                "eventsPerSecond",
                Workflow.Limits.DEFAULT.eventsPerSecond(),
                1,
                Workflow.Limits.MOST_EVENTS_PER_SECOND));
    }

    private String name(Fields fields) {
        Object version = fields.has("tal") ? fields.node("tal").value() : null;
        if (!Long.valueOf(1).equals(version)) {
            problems.error(
                    "tal/bad-version",
                    fields.has("tal") ? fields.node("tal").position() : fields.position(),
                    "tal: must be 1, is %s".formatted(version));
        }
        String name = fields.text("workflow");
        if (!name.isEmpty() && !Names.isWorkflowName(name)) {
            problems.error(
                    "tal/bad-name",
                    fields.node("workflow").position(),
                    "workflow: must be a DNS label (a-z, 0-9, -, up to 63), is '%s'".formatted(name));
        }
        return name;
    }

    private Map<String, Function> functions(Fields fields) {
        Map<String, Function> functions = new LinkedHashMap<>();
        FunctionReader reader = new FunctionReader(problems);
        fields.fields("functions")
                .ifPresent(declared -> declared.mapping().fields().forEach((name, node) -> {
                    reader.read(name, node).ifPresent(function -> functions.put(name, function));
                }));
        return functions;
    }
}
