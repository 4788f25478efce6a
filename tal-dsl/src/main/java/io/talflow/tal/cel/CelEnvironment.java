package io.talflow.tal.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The names and types the expressions of a rule can use. {@code input} and the data of declared events have the types of
 * their schemas, so a typo in a field is an error at load; everything else is dynamic.
 *
 * <p>Limits hold for every expression: length, nesting, iterations of all comprehensions together, and the size of a
 * regular expression's program. CEL has none of them by default.
 */
public final class CelEnvironment {
    static final int MAX_CODE_POINTS = 20_000;
    static final int MAX_NESTING = 64;
    static final int MAX_ITERATIONS = 10_000;
    static final int MAX_REGEX_PROGRAM = 1_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(MAX_CODE_POINTS)
            .maxParseRecursionDepth(MAX_NESTING)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .maxRegexProgramSize(MAX_REGEX_PROGRAM)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    /** Building an environment takes milliseconds, and most rules of a workflow share one. */
    private static final int CACHED = 256;

    private static final Map<Declared, CelEnvironment> CACHE = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Declared, CelEnvironment> eldest) {
            return size() > CACHED;
        }
    };

    /** Schema of the data of what a deadline shows as {@code event}: the time it was set for, in epoch milliseconds. */
    public static final Map<String, Object> DEADLINE =
            Map.of("type", "object", "properties", Map.of("at", Map.of("type", "integer")));

    /**
     * All that an environment depends on.
     *
     * @param input the schema of the task's input
     * @param events the schema of the data of each event by its name
     * @param others names of the task and the match that it knows beside them
     */
    private record Declared(Map<String, Object> input, Map<String, Map<String, Object>> events, Set<String> others) {}

    private static final Set<String> OF_TASK = Set.of("events", "values", "input", "context", "results", "task");
    private static final String GIVEN = "given";

    /** Checking one expression takes a millisecond, and generated workflows repeat a few texts thousands of times. */
    private static final int COMPILED = 1_000;

    private final Declared declared;
    private final Cel cel;
    private final Map<String, CelType> variables;
    private final Map<String, CompiledExpression> compiled = new ConcurrentHashMap<>();

    private CelEnvironment(Declared declared, Cel cel, Map<String, CelType> variables) {
        this.declared = declared;
        this.cel = cel;
        this.variables = variables;
    }

    /** The scope of a rule of the file: event, events, values, input, context, results, task and the rule's aliases. */
    public static CelEnvironment of(Workflow workflow, Rule rule) {
        return of(new Declared(workflow.inputSchema(), events(workflow, rule), OF_TASK));
    }

    /** The scope of a rule that is added to a running task: the same, and what it was given. */
    public static CelEnvironment ofAdded(Workflow workflow, Rule rule) {
        Set<String> others = new HashSet<>(OF_TASK);
        others.add(GIVEN);
        return of(new Declared(workflow.inputSchema(), events(workflow, rule), others));
    }

    /** The scope of what finds or starts a task by an event: nothing but the event. */
    public static CelEnvironment ofEvent(Map<String, Object> dataSchema) {
        return of(new Declared(Map.of(), Map.of("event", dataSchema), Set.of()));
    }

    /** The same scope where {@code event} is another one, whose data has this schema. */
    public CelEnvironment withEvent(Map<String, Object> dataSchema) {
        Map<String, Map<String, Object>> events = new LinkedHashMap<>(declared.events());
        events.put("event", dataSchema);
        return of(new Declared(declared.input(), events, declared.others()));
    }

    private static CelEnvironment of(Declared declared) {
        synchronized (CACHE) {
            return CACHE.computeIfAbsent(declared, ignored -> build(declared));
        }
    }

    private static Map<String, Map<String, Object>> events(Workflow workflow, Rule rule) {
        Map<String, Map<String, Object>> events = new LinkedHashMap<>();
        events.put("event", dataSchema(workflow, rule.when()));
        aliases(workflow, rule.when(), events);
        return events;
    }

    Cel cel() {
        return cel;
    }

    CompiledExpression compiled(String source, Function<String, CompiledExpression> compiler) {
        CompiledExpression known = compiled.get(source);
        if (known == null) {
            known = compiler.apply(source);
            if (compiled.size() < COMPILED) {
                compiled.put(source, known);
            }
        }
        return known;
    }

    /** Type of each name an expression can use. */
    Map<String, CelType> variables() {
        return variables;
    }

    private static CelEnvironment build(Declared declared) {
        SchemaTypes types = new SchemaTypes();
        Map<String, CelType> variables = new LinkedHashMap<>();
        variables.put("events", ListType.create(SimpleType.DYN));
        variables.put("values", ListType.create(SimpleType.DYN));
        variables.put("input", types.of("input", declared.input()));
        variables.put("context", MapType.create(SimpleType.STRING, SimpleType.DYN));
        variables.put("results", MapType.create(SimpleType.STRING, SimpleType.DYN));
        variables.put("task", MapType.create(SimpleType.STRING, SimpleType.STRING));
        variables.put(GIVEN, SimpleType.DYN);
        variables.keySet().retainAll(declared.others());
        declared.events().forEach((name, dataSchema) -> variables.put(name, types.event(name, dataSchema)));
        CelBuilder builder = CelFactory.legacyCelBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setTypeProvider(types.provider())
                .addCompilerLibraries(CelExtensions.strings(), CelExtensions.math(OPTIONS))
                .addRuntimeLibraries(CelExtensions.strings(), CelExtensions.math(OPTIONS));
        variables.forEach(builder::addVar);
        return new CelEnvironment(declared, builder.build(), variables);
    }

    /** Schema of the data of the event an expression ends with, as far as it is declared. */
    public static Map<String, Object> dataSchema(Workflow workflow, EventExpression expression) {
        if (expression instanceof Leaf leaf) {
            if (leaf.type() == EventExpression.LeafType.EVENT
                    && workflow.events().containsKey(leaf.name())) {
                return workflow.events().get(leaf.name()).dataSchema();
            }
            if (leaf.type() == EventExpression.LeafType.STARTED) {
                return workflow.inputSchema();
            }
        }
        boolean deadline = expression instanceof EventExpression.Every || expression instanceof EventExpression.Absent;
        return deadline ? DEADLINE : Map.of();
    }

    private static void aliases(
            Workflow workflow, EventExpression expression, Map<String, Map<String, Object>> events) {
        expression.alias().ifPresent(alias -> events.put(alias, dataSchema(workflow, expression)));
        expression.children().forEach(child -> aliases(workflow, child, events));
    }
}
