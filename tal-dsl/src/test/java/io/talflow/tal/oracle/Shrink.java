package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Makes a case that fails smaller, as long as it fails. */
final class Shrink {
    private Shrink() {}

    /** @param fails of a case that cannot be run, false */
    static Case smallest(Case failing, Predicate<Case> fails) {
        Case best = failing;
        Optional<Case> smaller = Optional.of(failing);
        while (smaller.isPresent()) {
            best = smaller.get();
            smaller = smaller(best).filter(fails).findFirst();
        }
        return best;
    }

    private static Stream<Case> smaller(Case of) {
        List<Case> all = new ArrayList<>();
        List<RawEvent> log = of.log();
        for (int half = log.size() / 2; half > 1; half /= 2) {
            for (int from = 0; from + half <= log.size(); from += half) {
                all.add(of.after(without(log, from, from + half)));
            }
        }
        for (int index = 0; index < log.size(); index++) {
            all.add(of.after(without(log, index, index + 1)));
        }
        List<Rule> rules = of.flow().rules();
        for (int index = 0; index < rules.size(); index++) {
            all.add(of.with(without(rules, index, index + 1)));
            for (Rule simpler : simpler(rules.get(index))) {
                List<Rule> changed = new ArrayList<>(rules);
                changed.set(index, simpler);
                all.add(of.with(changed));
            }
        }
        for (int index = 0; index < log.size(); index++) {
            for (RawEvent simpler : simpler(log.get(index))) {
                List<RawEvent> changed = new ArrayList<>(log);
                changed.set(index, simpler);
                all.add(of.after(changed));
            }
        }
        flows(of.flow()).forEach(flow -> all.add(of.with(flow)));
        return all.stream().filter(smaller -> !smaller.flow().rules().isEmpty());
    }

    /** Without a deadline; without a rule that may be added, or with a simpler one; with simpler functions. */
    private static List<Flow> flows(Flow of) {
        List<Flow> all = new ArrayList<>();
        if (of.deadline() > 0) {
            all.add(of.lasting(0));
        }
        for (int index = 0; index < of.addable().size(); index++) {
            all.add(of.adding(without(of.addable(), index, index + 1)));
            for (Rule simpler : simpler(of.addable().get(index))) {
                List<Rule> changed = new ArrayList<>(of.addable());
                changed.set(index, simpler);
                all.add(of.adding(changed));
            }
        }
        for (int index = 0; index < of.functions().size(); index++) {
            Flow.Function function = of.functions().get(index);
            for (Flow.Function simpler :
                    List.of(function.trying(List.of()), function.undoneBy(""), function.keepingFirst(false))) {
                if (!simpler.equals(function)) {
                    List<Flow.Function> changed = new ArrayList<>(of.functions());
                    changed.set(index, simpler);
                    all.add(of.calling(changed));
                }
            }
        }
        return all;
    }

    private static <T> List<T> without(List<T> list, int from, int to) {
        List<T> rest = new ArrayList<>(list);
        rest.subList(from, to).clear();
        return rest;
    }

    private static List<RawEvent> simpler(RawEvent event) {
        List<RawEvent> all = new ArrayList<>();
        if (!event.subject().isEmpty()) {
            all.add(event.withoutSubject());
        }
        if (event.attempt() > 1) {
            all.add(event.by(1));
        }
        for (long time : new long[] {event.timeMillis() / 2, event.timeMillis() - 1}) {
            if (time >= 0 && time < event.timeMillis()) {
                all.add(event.at(time));
            }
        }
        return all;
    }

    private static List<Rule> simpler(Rule rule) {
        List<Rule> all = new ArrayList<>();
        if (rule.condition().isPresent() || rule.otherwise()) {
            all.add(rule.unconditional());
        }
        if (rule.onTimeout()) {
            all.add(rule.withoutOnTimeout());
        }
        if (!rule.switches().isEmpty()) {
            all.add(rule.switching());
        }
        if (!rule.cancel().isEmpty()) {
            all.add(rule.cancelling(""));
        }
        if (!rule.skip().isEmpty()) {
            all.add(rule.skipping(""));
        }
        rule.adds().ifPresent(added -> {
            all.add(rule.adding(Optional.empty()));
            simpler(added).forEach(simpler -> all.add(rule.adding(Optional.of(simpler))));
        });
        if (rule.ends() != Flow.Ends.NOT_AT_ALL) {
            all.add(rule.ending(Flow.Ends.NOT_AT_ALL));
        }
        if (rule.most() > 0) {
            all.add(rule.atMost(0));
        }
        if (!rule.each()) {
            all.add(rule.fromEach());
        }
        simpler(rule.when()).forEach(when -> all.add(rule.with(when)));
        return all;
    }

    private static List<Expr> simpler(Expr node) {
        List<Expr> all = new ArrayList<>(node.children());
        if (node instanceof Expr.Leaf leaf
                && (leaf.least().isPresent() || !leaf.subject().isEmpty())) {
            all.add(Expr.leaf(leaf.kind(), leaf.name()));
        }
        List<Expr> children = node.children();
        for (int index = 0; index < children.size(); index++) {
            if (children.size() > 2) {
                Rebuild.with(node, without(children, index, index + 1)).ifPresent(all::add);
            }
            for (Expr simpler : simpler(children.get(index))) {
                List<Expr> changed = new ArrayList<>(children);
                changed.set(index, simpler);
                Rebuild.with(node, changed).ifPresent(all::add);
            }
        }
        Rebuild.untimed(node).ifPresent(all::add);
        return all;
    }
}
