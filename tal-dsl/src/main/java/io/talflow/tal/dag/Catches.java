package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Catch;
import io.talflow.tal.dag.Dag.Node;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What failures of nodes lead to. */
final class Catches {
    private static final String ERROR = "event.data.error";
    private final Dag dag;
    private final Parts parts;
    private final Liveness liveness;
    private final Set<String> targets;

    Catches(Dag dag, Parts parts, Liveness liveness) {
        this.dag = dag;
        this.parts = parts;
        this.liveness = liveness;
        this.targets = dag.caughtBy();
    }

    boolean leadTo(Node node) {
        return targets.contains(node.name());
    }

    /** A failure of the node that one of its entries names. */
    EventExpression failureOf(Node node) {
        String named = node.catches().stream().map(Catches::named).collect(Collectors.joining(" || "));
        return failed(node, all(node.catches()) ? "" : named, Optional.empty());
    }

    /** The first failure of any node that leads to {@code target}. */
    EventExpression firstOf(Node target) {
        List<EventExpression> failures = new ArrayList<>();
        sources(target).forEach(source -> failures.add(failed(source, leading(source, target), Optional.empty())));
        return new Any(failures, Optional.empty(), target.position());
    }

    /** For each node that may lead to {@code target}: its failure, with a name, or that it has settled without one. */
    List<EventExpression> sourcesOf(Node target) {
        List<EventExpression> settled = new ArrayList<>();
        for (Node source : sources(target)) {
            List<EventExpression> ways = new ArrayList<>();
            ways.add(failed(source, leading(source, target), Optional.of(Parts.alias(settled.size()))));
            Position at = source.position();
            if (source.foreach().isEmpty()) {
                ways.add(Parts.settled(source.name(), at));
            } else {
                ways.add(parts.gather(source, Optional.empty(), at));
                if (liveness.canBeSkipped(source.name())) {
                    ways.add(Parts.skipped(source.foreach().get().producer(), at));
                }
            }
            settled.add(new Any(ways, Optional.empty(), at));
        }
        return settled;
    }

    private List<Node> sources(Node target) {
        return dag.nodes().values().stream()
                .filter(node ->
                        node.catches().stream().anyMatch(entry -> entry.next().equals(target.name())))
                .toList();
    }

    /** CEL: the first entry of {@code source} that names the error leads to {@code target}; empty: each error does. */
    private static String leading(Node source, Node target) {
        List<String> ways = new ArrayList<>();
        List<String> before = new ArrayList<>();
        for (Catch entry : source.catches()) {
            if (entry.next().equals(target.name())) {
                List<String> terms = new ArrayList<>();
                before.forEach(named -> terms.add("!(%s)".formatted(named)));
                if (!all(List.of(entry))) {
                    String named = named(entry);
                    terms.add(named.contains(" || ") ? "(%s)".formatted(named) : named);
                }
                ways.add(String.join(" && ", terms));
            }
            before.add(named(entry));
        }
        return ways.contains("") ? "" : String.join(" || ", ways);
    }

    private static boolean all(List<Catch> entries) {
        return entries.stream().anyMatch(entry -> entry.errorEquals().contains("ALL"));
    }

    /** CEL: the entry names the error; as {@link io.talflow.tal.model.Retry#names} has it. */
    private static String named(Catch entry) {
        return entry.errorEquals().stream().map(Catches::named).collect(Collectors.joining(" || "));
    }

    private static String named(String name) {
        if (name.equals("ALL")) {
            return "true";
        }
        if (name.endsWith("*")) {
            return "%s.startsWith(%s)".formatted(ERROR, Liveness.quoted(name.substring(0, name.length() - 1)));
        }
        if (name.endsWith("xx")) {
            String prefix = Liveness.quoted(name.substring(0, name.length() - 2));
            return "%s.startsWith(%s) && size(%s) == %d".formatted(ERROR, prefix, ERROR, name.length());
        }
        return "%s == %s".formatted(ERROR, Liveness.quoted(name));
    }

    private static Leaf failed(Node node, String condition, Optional<String> alias) {
        Position at = node.position();
        Optional<Template.Expression> filter =
                condition.isEmpty() ? Optional.empty() : Optional.of(new Template.Expression(condition, at));
        return new Leaf(LeafType.FAILED, node.name(), "", Optional.empty(), filter, alias, at);
    }
}
