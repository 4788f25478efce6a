package io.talflow.tal.oracle;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One invocation, and what it has said while it ran (D28 to D32). */
final class Invoked {
    private final Flow.Function function;
    private final Optional<Occurrence.Slice> slice;
    private final Map<String, Map<String, Long>> items = new LinkedHashMap<>();
    private final Map<String, Long> ready = new HashMap<>();
    private final Set<String> closed = new HashSet<>();
    private boolean open = true;

    Invoked(Flow.Function function, Optional<Occurrence.Slice> slice) {
        this.function = function;
        this.slice = slice;
        function.streams().forEach(stream -> items.put(stream, new LinkedHashMap<>()));
    }

    boolean isOpen() {
        return open;
    }

    /** @return false if the task fails for it */
    boolean says(RawEvent event, Oracle task) {
        return switch (event.type()) {
            case READY -> !function.values().contains(event.name()) || ready(event, task);
            case ITEM -> !function.streams().contains(event.name()) || item(event, task);
            case CLOSE -> !function.streams().contains(event.name()) || close(event, task);
            case COMPLETED -> completed(event, task);
            case FAILED -> failed(event, task);
            case OUTSIDE, UNKNOWN, POKE -> throw new IllegalArgumentException("no function says " + event);
        };
    }

    private boolean ready(RawEvent event, Oracle task) {
        Long before = ready.putIfAbsent(event.name(), event.n());
        if (before == null) {
            happens(Expr.Kind.READY, "." + event.name(), event, Optional.empty(), task);
        }
        return before == null || before == event.n();
    }

    private boolean item(RawEvent event, Oracle task) {
        Map<String, Long> slices = items.get(event.name());
        Long before = slices.get(event.id());
        if (before != null) {
            return before == event.n();
        }
        if (closed.contains(event.name())) {
            return false;
        }
        Occurrence.Slice next = new Occurrence.Slice(over(event.name()), slices.size());
        slices.put(event.id(), event.n());
        happens(Expr.Kind.ITEM, "." + event.name(), event, Optional.of(next), task);
        return true;
    }

    private boolean close(RawEvent event, Oracle task) {
        if (items.get(event.name()).size() != event.n()) {
            return false;
        }
        if (closed.add(event.name())) {
            task.closes(over(event.name()), event.id(), (int) event.n(), false);
        }
        return true;
    }

    private boolean completed(RawEvent event, Oracle task) {
        open = false;
        happens(Expr.Kind.COMPLETED, "", event, slice, task);
        happens(Expr.Kind.SETTLED, "", event, slice, task);
        closeRest(event, false, task);
        return true;
    }

    private boolean failed(RawEvent event, Oracle task) {
        open = false;
        Set<String> streams = new HashSet<>();
        items.keySet().stream().filter(stream -> !closed.contains(stream)).forEach(stream -> streams.add(over(stream)));
        boolean awaited = task.waitsForFailure(function.name(), streams);
        if (awaited) {
            happens(Expr.Kind.FAILED, "", event, slice, task);
            closeRest(event, true, task);
        }
        return awaited;
    }

    private void closeRest(RawEvent event, boolean failed, Oracle task) {
        items.forEach((stream, slices) -> {
            if (closed.add(stream)) {
                task.closes(over(stream), event.id(), slices.size(), failed);
            }
        });
    }

    private String over(String stream) {
        return function.name() + "." + stream;
    }

    private void happens(Expr.Kind kind, String datum, RawEvent event, Optional<Occurrence.Slice> of, Oracle task) {
        task.happens(kind, function.name() + datum, "", event.id(), OptionalLong.of(event.n()), of);
    }
}
