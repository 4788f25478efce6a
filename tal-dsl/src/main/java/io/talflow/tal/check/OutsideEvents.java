package io.talflow.tal.check;

import io.talflow.tal.cel.CelEnvironment;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.Start;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Problems;
import java.util.Map;

/** What finds the task of an event, and what starts one, knows nothing but the event. */
final class OutsideEvents implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Workflow workflow = subject.workflow();
        for (EventDeclaration event : workflow.events().values()) {
            CelEnvironment environment = CelEnvironment.ofEvent(event.dataSchema());
            event.key().ifPresent(key -> CompilingExpressions.compile(key, environment, problems));
        }
        workflow.start().ifPresent(start -> {
            if (start instanceof Start.OnEvent onEvent) {
                onEvent(onEvent, workflow, problems);
            } else if (start instanceof Start.OnSchedule onSchedule) {
                template(onSchedule.with(), CelEnvironment.ofEvent(CelEnvironment.DEADLINE), problems);
            }
        });
    }

    private static void onEvent(Start.OnEvent start, Workflow workflow, Problems problems) {
        String name = start.when().name();
        EventDeclaration declared = workflow.events().get(name);
        if (declared == null) {
            problems.error(
                    "tal/unknown-event",
                    start.when().position(),
                    "no event %s%s"
                            .formatted(
                                    name,
                                    Names.suggestion(name, workflow.events().keySet())));
        }
        start.when()
                .alias()
                .ifPresent(alias -> problems.error(
                        "tal/taken-name",
                        start.when().position(),
                        "as: what starts a task is known as 'event' here, and needs no other name"));
        CelEnvironment environment = CelEnvironment.ofEvent(declared == null ? Map.of() : declared.dataSchema());
        start.when().filter().ifPresent(filter -> CompilingExpressions.condition(filter, environment, problems));
        CompilingExpressions.compile(start.key(), environment, problems);
        start.with().ifPresent(with -> template(with, environment, problems));
    }

    private static void template(Template template, CelEnvironment environment, Problems problems) {
        Actions.expressions(template)
                .forEach(expression -> CompilingExpressions.compile(expression, environment, problems));
    }
}
