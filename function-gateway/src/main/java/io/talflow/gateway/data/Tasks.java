package io.talflow.gateway.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What is known of tasks that have values. */
public interface Tasks {
    /** When a task ended, epoch milliseconds; empty: it has not, as far as is known here. */
    OptionalLong endedAt(String task);

    /**
     * What a task that has completed gave back to the one that started it.
     *
     * @param firing of the task that started it, as which it was called
     * @param values their ids
     */
    record GivenBack(String firing, Set<String> values) {
        public GivenBack {
            values = Set.copyOf(values);
        }
    }

    /** Empty: it has not ended, as far as is known here, or not well, or no task started it. */
    Optional<GivenBack> givenBack(String task);

    /**
     * Asks the job which values nothing in a task names any more, so that nothing it still does can read them.
     *
     * @param producers the firings that put them, by the ids of the values; empty of one that is told of already
     */
    CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers);
}
