package io.talflow.gateway.bundle;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.model.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The definitions on {@code tal.definitions}, as far as they have been read. */
public final class Definitions {
    private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

    private final DefinitionReader reader;
    private final Map<String, Definition> byKey = new ConcurrentHashMap<>();
    private final Map<String, String> current = new ConcurrentSkipListMap<>();
    /** By workflow: the offset of the record that says which version is the current one. */
    private final Map<String, Long> newest = new ConcurrentHashMap<>();

    private final Map<String, CompletableFuture<Workflow>> parsed = new ConcurrentHashMap<>();

    public Definitions(DefinitionReader reader) {
        this.reader = reader;
    }

    /**
     * Takes a record of the topic. One that cannot be read is logged and left. What a request has written is taken when it is
     * written, so records of before may still come.
     */
    public void apply(String key, byte[] value, long offset) {
        try {
            if (key.contains("@")) {
                if (value != null) {
                    Definition definition = Definition.parse(value);
                    byKey.put(definition.key(), definition);
                    CompletableFuture<Workflow> waiting = parsed.get(definition.key());
                    if (waiting != null) {
                        parse(definition, waiting);
                    }
                }
            } else if (offset < newest.merge(key, offset, Math::max)) {
                LOG.debug("Record {} of tal.definitions at {} is out of date", key, offset);
            } else if (value == null) {
                current.remove(key);
            } else {
                current.put(key, String.valueOf(Json.parseObject(value).get("version")));
            }
        } catch (Json.NotJson e) {
            LOG.error("Record {} of tal.definitions is not JSON: {}", key, e.getMessage());
        }
    }

    /** The version a task started now gets; empty if there is no such workflow. */
    public Optional<String> current(String workflow) {
        return Optional.ofNullable(current.get(workflow));
    }

    public Optional<Definition> find(String workflow, String version) {
        return Optional.ofNullable(byKey.get(workflow + "@" + version));
    }

    /** Current versions by workflow, sorted. */
    public Map<String, String> all() {
        return new TreeMap<>(current);
    }

    /** Versions of a workflow, the current one and those that tasks may still run. */
    public List<String> versions(String workflow) {
        return byKey.values().stream()
                .filter(definition -> definition.workflow().equals(workflow))
                .map(Definition::version)
                .sorted()
                .toList();
    }

    /** The workflow when it is known; fails if that takes longer than {@code patience}. */
    public CompletableFuture<Workflow> await(String workflow, String version, Duration patience) {
        String key = workflow + "@" + version;
        CompletableFuture<Workflow> future = parsed.computeIfAbsent(key, absent -> new CompletableFuture<>());
        if (future.isDone()) {
            return future;
        }
        Definition definition = byKey.get(key);
        if (definition != null) {
            parse(definition, future);
        }
        return future.isDone() ? future : future.copy().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void parse(Definition definition, CompletableFuture<Workflow> into) {
        try {
            into.complete(reader.read(definition.file(), definition.textBytes()).workflow());
        } catch (InvalidTal e) {
            LOG.error("Definition {} cannot be read: {}", definition.key(), e.getMessage());
            into.completeExceptionally(e);
        }
    }
}
