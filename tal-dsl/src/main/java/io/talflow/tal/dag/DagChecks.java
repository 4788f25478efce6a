package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Join;
import io.talflow.tal.dag.Dag.Node;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Problems;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes a graph of nodes no workflow: unknown nodes, repeated edges, cycles, joins that have no meaning. */
final class DagChecks {
    private static final Pattern MENTIONS_EVENT = Pattern.compile("(?<![.\\w\"'])(event|events|values)\\b");
    private final Dag dag;
    private final Problems problems;
    private final Set<String> caught = new HashSet<>();

    DagChecks(Dag dag, Problems problems) {
        this.dag = dag;
        this.problems = problems;
    }

    void run() {
        if (dag.nodes().isEmpty()) {
            problems.error("dag/empty", dag.position(), "dag: has no node");
        }
        dag.nodes().values().forEach(this::node);
        if (!problems.hasErrors()) {
            cycle();
        }
    }

    private void node(Node node) {
        Set<String> seen = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (Edge edge : node.needs()) {
            if (!seen.add(edge.from() + "\0" + edge.datum().orElse(""))) {
                problems.error(
                        "dag/duplicate-edge", edge.position(), "%s needs %s twice".formatted(node.name(), edge.key()));
            } else if (!keys.add(edge.key())
                    && node.with().isEmpty()
                    && node.join().kind() != Join.Kind.ANY) {
                problems.error(
                        "dag/ambiguous-input",
                        edge.position(),
                        "two edges bring a '%s' to %s; say what its input is: with: {…}"
                                .formatted(edge.key(), node.name()));
            }
            edge(node, edge);
        }
        join(node);
        catches(node);
        if (node.maxConcurrency() > 0 && node.foreach().isEmpty()) {
            problems.error(
                    "dag/bounds-nothing",
                    node.position(),
                    "%s is no foreach node, so it runs once and maxConcurrency bounds nothing".formatted(node.name()));
        }
        node.foreach().ifPresent(stream -> {
            if (known(stream.producer(), stream.position())
                    && dag.nodes().get(stream.producer()).foreach().isPresent()) {
                problems.error(
                        "dag/nested-foreach",
                        stream.position(),
                        "%s is a foreach node itself; a foreach over what each of its slices emits is not known here"
                                .formatted(stream.producer()));
            }
            if (!node.needs().isEmpty()) {
                problems.error(
                        "dag/foreach-needs",
                        node.position(),
                        "%s has a foreach, so it takes no needs: it runs when a slice of %s.%s is there"
                                .formatted(node.name(), stream.producer(), stream.datum()));
            }
        });
    }

    private void join(Node node) {
        int edges = node.needs().size();
        if (node.join().kind() == Join.Kind.AT_LEAST && node.join().least() > edges) {
            problems.error(
                    "dag/bad-join",
                    node.position(),
                    "%s waits for %d edges and needs %d nodes"
                            .formatted(node.name(), node.join().least(), edges));
        }
    }

    private void catches(Node node) {
        for (Dag.Catch entry : node.catches()) {
            if (!known(entry.next(), entry.position()) || !caught.add(entry.next())) {
                continue;
            }
            Node next = dag.nodes().get(entry.next());
            if (!next.needs().isEmpty() || next.foreach().isPresent()) {
                problems.error(
                        "dag/catch-needs",
                        next.position(),
                        "%s is where a failure of %s leads, so it takes no needs and no foreach; let another node need both"
                                .formatted(next.name(), node.name()));
            }
        }
    }

    private void edge(Node node, Edge edge) {
        if (!known(edge.from(), edge.position())) {
            return;
        }
        boolean ofForeach = dag.nodes().get(edge.from()).foreach().isPresent();
        if (ofForeach && edge.datum().isPresent()) {
            problems.error(
                    "dag/datum-of-foreach",
                    edge.position(),
                    "%s is a foreach node, which is waited for as a whole: needs: [%s]"
                            .formatted(edge.from(), edge.from()));
        }
        if (ofForeach && node.join().kind() != Join.Kind.ALL) {
            problems.error(
                    "dag/any-of-foreach",
                    edge.position(),
                    "%s is a foreach node; join: any and join: {atLeast: …} cannot wait for one"
                            .formatted(edge.from()));
        }
        boolean several = node.needs().size() > 1;
        edge.condition()
                .filter(condition ->
                        several && MENTIONS_EVENT.matcher(condition.cel()).find())
                .ifPresent(condition -> problems.error(
                        "dag/event-of-join",
                        condition.position(),
                        "%s has several edges, so no one event is at hand; look at results.%s"
                                .formatted(node.name(), edge.from())));
    }

    private boolean known(String name, io.talflow.tal.model.Position at) {
        if (dag.nodes().containsKey(name)) {
            return true;
        }
        problems.error(
                "dag/unknown-node",
                at,
                "no node %s%s"
                        .formatted(name, Names.suggestion(name, dag.nodes().keySet())));
        return false;
    }

    /** Depth first without recursion: an imported chain may be longer than the stack is deep. */
    private void cycle() {
        Map<String, Set<String>> waitedFor = new HashMap<>();
        dag.nodes().values().forEach(node -> {
            waitedFor
                    .computeIfAbsent(node.name(), ignored -> new LinkedHashSet<>())
                    .addAll(node.parents());
            node.catches()
                    .forEach(entry -> waitedFor
                            .computeIfAbsent(entry.next(), ignored -> new LinkedHashSet<>())
                            .add(node.name()));
        });
        Map<String, Iterator<String>> open = new HashMap<>();
        Set<String> done = new HashSet<>();
        for (String root : dag.nodes().keySet()) {
            Deque<String> path = new ArrayDeque<>();
            path.push(root);
            while (!path.isEmpty()) {
                String at = path.peek();
                if (done.contains(at)) {
                    path.pop();
                    continue;
                }
                Iterator<String> parents = open.computeIfAbsent(
                        at, name -> waitedFor.getOrDefault(name, Set.of()).iterator());
                if (!parents.hasNext()) {
                    done.add(path.pop());
                    continue;
                }
                String parent = parents.next();
                if (open.containsKey(parent) && !done.contains(parent)) {
                    report(parent, path);
                    return;
                }
                path.push(parent);
            }
        }
    }

    private void report(String parent, Deque<String> path) {
        List<String> cycle = new ArrayList<>(List.of(parent));
        for (String node : path) {
            cycle.add(node);
            if (node.equals(parent)) {
                break;
            }
        }
        problems.error(
                "dag/cycle",
                dag.nodes().get(parent).position(),
                "nodes wait for each other: " + String.join(" -> ", cycle));
    }
}
