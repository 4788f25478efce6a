package io.talflow.gateway.container;

import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.exec.FunctionKey;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Workflow;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Starts a container of each image function when a task starts, beside what it does first. Only what there is a place for: nothing
 * makes room for a call that may not come, and what only undoes something is not expected.
 */
final class PreWarm {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Definitions definitions;
    private final ContainerPool pool;

    PreWarm(Definitions definitions, ContainerPool pool) {
        this.definitions = definitions;
        this.pool = pool;
    }

    void started(String workflow, String version) {
        CompletableFuture<?> unused =
                definitions.await(workflow, version, SOON).thenAccept(known -> warm(known, version));
    }

    private void warm(Workflow workflow, String version) {
        Set<String> undoing = workflow.functions().values().stream()
                .flatMap(function -> function.compensate().stream())
                .collect(Collectors.toSet());
        workflow.functions().forEach((name, function) -> {
            if (function.executor() instanceof Function.Executor.Image image
                    && image.container().prewarm()
                    && !undoing.contains(name)) {
                pool.warm(new FunctionKey(workflow.name(), version, name), image, 1);
            }
        });
    }
}
