package io.talflow.gateway.container;

import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.exec.FunctionKey;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Workflow;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Keeps warm what the current versions of the workflows ask for: their functions' {@code min}. */
final class WarmMinimum {
    private final Definitions definitions;
    private final ContainerPool pool;

    WarmMinimum(Definitions definitions, ContainerPool pool) {
        this.definitions = definitions;
        this.pool = pool;
    }

    /** Starts what is lacking, and ends what has been idle beyond that. */
    void keep() {
        Map<FunctionKey, Function.Executor.Image> wanted = wanted();
        wanted.forEach((key, image) -> pool.warm(key, image, image.container().min()));
        pool.endIdle(
                key -> wanted.containsKey(key) ? wanted.get(key).container().min() : 0);
    }

    private Map<FunctionKey, Function.Executor.Image> wanted() {
        Map<FunctionKey, Function.Executor.Image> wanted = new HashMap<>();
        definitions
                .all()
                .forEach((workflow, version) -> functions(workflow, version).forEach((name, function) -> {
                    if (function.executor() instanceof Function.Executor.Image image
                            && image.container().min() > 0) {
                        wanted.put(new FunctionKey(workflow, version, name), image);
                    }
                }));
        return wanted;
    }

    /** None until the definition is known. */
    private Map<String, Function> functions(String workflow, String version) {
        CompletableFuture<Workflow> known = definitions.await(workflow, version, Duration.ofSeconds(1));
        return known.isDone() && !known.isCompletedExceptionally()
                ? known.join().functions()
                : Map.of();
    }
}
