package io.talflow.gateway.data;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What is known of tasks that have values. */
public interface Tasks {
    /** When a task ended, epoch milliseconds; empty: it has not, as far as is known here. */
    OptionalLong endedAt(String task);

    /**
     * Asks the job which values nothing in a task names any more, so that nothing it still does can read them.
     *
     * @param producers the firings that put them, by the ids of the values; empty of one that is told of already
     */
    CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers);
}
