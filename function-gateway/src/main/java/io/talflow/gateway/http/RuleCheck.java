package io.talflow.gateway.http;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Definition;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.history.TaskHistories;
import io.talflow.gateway.view.Replies;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.RuleReader;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Holds a rule that is to be added to a task to the checks of the rules of its workflow's file. */
final class RuleCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TaskView view;
    private final Definitions definitions;
    private final Replies replies;

    /** A rule that is to be read. */
    interface Document {
        /** @throws InvalidTal with every problem it has */
        RuleReader.Read read(Workflow workflow, List<Rule> added);
    }

    RuleCheck(TaskView view, Definitions definitions, Replies replies) {
        this.view = view;
        this.definitions = definitions;
        this.replies = replies;
    }

    /** Completes with the rule, or fails with UNKNOWN_TASK, NOT_BEGUN or INVALID_RULE. */
    CompletableFuture<RuleReader.Read> read(String task, Document document) {
        Map<String, Object> status =
                view.task(task).orElseThrow(() -> new GatewayFailure(GatewayError.UNKNOWN_TASK, "no task " + task));
        Definition definition = TaskHistories.definition(status, definitions::find);
        return read(task, definition.workflow(), definition.version(), document);
    }

    /** The same for a task of a known definition. */
    CompletableFuture<RuleReader.Read> read(String task, String name, String version, Document document) {
        return definitions.await(name, version, PATIENCE).thenCompose(workflow -> {
            try {
                return CompletableFuture.completedFuture(document.read(workflow, List.of()));
            } catch (InvalidTal alone) {
                return besideAdded(task, workflow, document, alone);
            }
        });
    }

    /** A rule may name what rules that were added before it have brought; only the job knows those. */
    private CompletableFuture<RuleReader.Read> besideAdded(
            String task, Workflow workflow, Document document, InvalidTal alone) {
        return replies.explain(task, "*", true).handle((answer, unanswered) -> {
            List<Rule> added = unanswered == null ? added(answer) : List.of();
            try {
                if (added.isEmpty()) {
                    throw alone;
                }
                return document.read(workflow, added);
            } catch (InvalidTal e) {
                throw Answers.invalid(GatewayError.INVALID_RULE, e);
            }
        });
    }

    private static List<Rule> added(Map<String, Object> explained) {
        List<Rule> added = new ArrayList<>();
        if (explained.get("rules") instanceof List<?> rules) {
            for (Object rule : rules) {
                if (rule instanceof Map<?, ?> fields && fields.get("added") != null) {
                    added.add(RuleReader.printed(fields.get("added")));
                }
            }
        }
        return added;
    }
}
