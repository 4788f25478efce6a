package io.talflow.tal.dag;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.check.Checks;
import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Join;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import io.talflow.tal.semantics.DagRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Random DAGs with conditions")
class RandomDagTest {
    private static final int DAGS = 16;

    /** Edges and nodes carry conditions {@code input.cN}, whose values the input fixes. */
    private final Map<String, Boolean> conditions = new HashMap<>();

    private Random random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void runWhatTheNaiveOracleRunsAndNeverHang(long seed) {
        random = new Random(seed);
        for (int round = 0; round < DAGS; round++) {
            conditions.clear();
            Dag dag = dag(2 + random.nextInt(14));
            String what = "seed %d, round %d: %s".formatted(seed, round, dag.graph());
            Problems problems = new Problems("random");
            Workflow workflow = DagConverter.convert(dag, problems).orElseThrow();
            Checks.run(workflow, problems);
            assertThat(problems.hasErrors()).as("%s: %s", what, problems.all()).isFalse();
            Set<String> live = oracle(dag);
            for (int order = 0; order < 2; order++) {
                DagRun run = DagRun.of(workflow, new HashMap<>(conditions), random.nextLong());
                assertThat(run.status).as(what).containsEntry("status", "COMPLETED");
                assertThat(new HashSet<>(run.invoked)).as(what).isSubsetOf(live);
                assertThat(run.invoked).as(what).doesNotHaveDuplicates();
                if (dag.nodes().values().stream().noneMatch(node -> !node.join().equals(Join.ALL))) {
                    assertThat(Set.copyOf(run.invoked)).as(what).isEqualTo(live);
                    Set<String> dead = new HashSet<>(dag.nodes().keySet());
                    dead.removeAll(live);
                    assertThat(run.skipped).as(what).isEqualTo(dead);
                    run.completedBefore.forEach((node, done) -> assertThat(done)
                            .as("%s: parents of %s", what, node)
                            .containsAll(liveParents(dag, node, live)));
                }
            }
        }
    }

    /** Nodes in order of their names, so parents first: live if some edge is and its own condition holds. */
    private Set<String> oracle(Dag dag) {
        Set<String> live = new HashSet<>();
        for (Dag.Node node : dag.nodes().values()) {
            boolean reached = node.needs().isEmpty()
                    || node.needs().stream().anyMatch(edge -> live.contains(edge.from()) && holds(edge.condition()));
            if (reached && holds(node.condition())) {
                live.add(node.name());
            }
        }
        return live;
    }

    private static Set<String> liveParents(Dag dag, String node, Set<String> live) {
        Set<String> parents = new HashSet<>(dag.nodes().get(node).parents());
        parents.retainAll(live);
        return parents;
    }

    private boolean holds(Optional<Template.Expression> condition) {
        return condition
                .map(expression -> conditions.get(expression.cel().replace("input.", "")))
                .orElse(true);
    }

    private Dag dag(int size) {
        boolean withAny = random.nextInt(2) == 0;
        Map<String, Function> functions = new LinkedHashMap<>();
        Map<String, Dag.Node> nodes = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int index = 0; index < size; index++) {
            String name = "n" + index;
            functions.put(
                    name,
                    Function.of(
                            name,
                            new Function.Executor.Replay(Duration.ZERO),
                            Map.of("d", new Function.Datum("d", Function.Datum.Kind.VALUE, index)),
                            Function.DEFAULT_TIMEOUT,
                            Position.NONE));
            List<Edge> needs = new ArrayList<>();
            for (String from : names) {
                if (random.nextInt(3) == 0) {
                    Optional<String> datum = random.nextInt(3) == 0 ? Optional.of("d") : Optional.empty();
                    needs.add(new Edge(from, datum, condition(4), Position.NONE));
                }
            }
            nodes.put(
                    name,
                    new Dag.Node(
                            name,
                            name,
                            needs,
                            withAny && random.nextInt(3) == 0 ? join(needs.size()) : Join.ALL,
                            Optional.empty(),
                            condition(5),
                            random.nextBoolean() || keysClash(needs)
                                    ? Optional.of(new Template.Struct(Map.of()))
                                    : Optional.empty(),
                            Position.NONE));
            names.add(name);
        }
        return new Dag("random", Map.of(), functions, nodes, new Dag.Output.OfSinks(), Position.NONE);
    }

    private Join join(int edges) {
        return edges == 0 || random.nextBoolean() ? Join.ANY : Join.atLeast(1 + random.nextInt(edges));
    }

    private static boolean keysClash(List<Edge> needs) {
        return needs.stream().filter(edge -> edge.datum().isPresent()).count() > 1;
    }

    private Optional<Template.Expression> condition(int oneIn) {
        if (random.nextInt(oneIn) > 0) {
            return Optional.empty();
        }
        String name = "c" + conditions.size();
        conditions.put(name, random.nextBoolean());
        return Optional.of(new Template.Expression("input." + name, Position.NONE));
    }
}
