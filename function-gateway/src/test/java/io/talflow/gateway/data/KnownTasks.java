package io.talflow.gateway.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Tasks of which a test says what is known. */
final class KnownTasks implements Tasks {
    final Map<String, Long> ended = new HashMap<>();
    final Set<String> unnamed = new HashSet<>();
    /** What was asked, in order: producers by ids of values. */
    final List<Map<String, String>> asked = new ArrayList<>();

    final Map<String, GivenBack> givenBack = new HashMap<>();

    boolean answers = true;

    @Override
    public OptionalLong endedAt(String task) {
        Long at = ended.get(task);
        return at == null ? OptionalLong.empty() : OptionalLong.of(at);
    }

    @Override
    public Optional<GivenBack> givenBack(String task) {
        return Optional.ofNullable(givenBack.get(task));
    }

    @Override
    public CompletableFuture<List<String>> unnamed(String task, Map<String, String> producers) {
        asked.add(Map.copyOf(producers));
        return answers
                ? CompletableFuture.completedFuture(List.copyOf(unnamed))
                : CompletableFuture.failedFuture(new IllegalStateException("the job did not answer"));
    }
}
