package io.talflow.tal.check;

import io.talflow.tal.model.Function;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Problems;
import java.util.Map;

/** What undoes a function is a function, and is not undone itself. */
final class Compensations implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Map<String, Function> functions = subject.workflow().functions();
        for (Function function : functions.values()) {
            if (function.compensate().isEmpty()) {
                continue;
            }
            String name = function.compensate().get();
            Function compensation = functions.get(name);
            if (compensation == null) {
                problems.error(
                        "tal/unknown-function",
                        function.position(),
                        "function %s: compensate: no function %s%s"
                                .formatted(function.name(), name, Names.suggestion(name, functions.keySet())));
            } else if (compensation.compensate().isPresent()) {
                problems.error(
                        "tal/compensated-compensation",
                        function.position(),
                        "function %s: compensate: %s has a compensation itself; what undoes is not undone, so take that of %s"
                                        .formatted(function.name(), name, name)
                                + " away or name another function");
            }
        }
    }
}
