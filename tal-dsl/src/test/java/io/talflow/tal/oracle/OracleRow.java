package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Flow.Function;
import io.talflow.tal.oracle.Flow.Rule;
import io.talflow.tal.semantics.PlainMatcher;
import java.util.ArrayList;
import java.util.List;

/** What the rows of the oracle's tables are made of. */
final class OracleRow {
    private static final List<Function> FUNCTIONS = List.of(
            new Function("split", List.of("parts"), List.of("head")),
            new Function("body", List.of(), List.of()),
            new Function("tried", List.of(), List.of()).trying(List.of(new Flow.Retry("", 2, 10, 2, 0, false))),
            new Function("done", List.of(), List.of()).undoneBy("undo"),
            new Function("undo", List.of(), List.of()).trying(List.of(new Flow.Retry("E2", 1, 10, 1, 0, false))),
            Function.task("sub"));

    private OracleRow() {}

    static Rule rule(Expr when) {
        return Rule.of("r", when);
    }

    /** The firings in one line, as the oracle has them; the rule's id is told where there are several. */
    static String firings(List<Rule> rules, String log) {
        return line(rules, Oracle.firings(flow(rules), RawLog.parse(log)));
    }

    /** The same line, of the executable semantics. */
    static String firingsOfEngine(List<Rule> rules, String log) {
        Case row = new Case(flow(rules), RawLog.parse(log));
        return line(rules, Product.firings(row, (workflow, text) -> Engine.interpreting(workflow, new PlainMatcher())));
    }

    private static Flow flow(List<Rule> rules) {
        return new Flow(List.of("A", "B", "C"), FUNCTIONS, rules);
    }

    private static String line(List<Rule> rules, List<Fired> all) {
        List<String> lines = new ArrayList<>();
        for (Fired fired : all) {
            String rule = rules.size() == 1 ? "" : fired.rule() + ":";
            lines.add(rule + fired.branch() + fired.at() + "[" + String.join(",", fired.events()) + "]");
        }
        return String.join(" ", lines);
    }
}
