package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionKey;
import io.talflow.gateway.journal.Start;
import io.talflow.tal.model.Function;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The containers of one function, and who waits for them. Guarded by the pool. */
final class FunctionContainers {
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

    /** Of those whose calls wait: with fewest containers, then with the call that has waited longest. */
    static final Comparator<FunctionContainers> NEEDIEST_FIRST = Comparator.comparingInt(FunctionContainers::count)
            .thenComparingLong(function -> function.first().submittedAtNanos());

    private final FunctionKey key;
    private final Function.Executor.Image image;
    private final Deque<ContainerJob> waiting = new ArrayDeque<>();
    /** For these a call waits that runs, and keeps its container while it does. */
    private final Deque<ContainerJob> awaited = new ArrayDeque<>();

    private final List<RunningContainer> containers = new ArrayList<>();
    private int starting;
    private long coldStarts;
    private long warmStarts;
    private long failedStarts;
    private long failedAt;
    private long lastStartMillis;

    FunctionContainers(FunctionKey key, Function.Executor.Image image) {
        this.key = key;
        this.image = image;
    }

    FunctionKey key() {
        return key;
    }

    Function.Executor.Image image() {
        return image;
    }

    void waits(ContainerJob job) {
        of(job).add(job);
    }

    /** It was given a container that never took it. */
    void waitsAgain(ContainerJob job) {
        of(job).addFirst(job);
    }

    void waitsNoMore(ContainerJob job) {
        of(job).remove(job);
    }

    private Deque<ContainerJob> of(ContainerJob job) {
        return job.call().awaited() ? awaited : waiting;
    }

    boolean isAwaited() {
        return !waiting.isEmpty() || !awaited.isEmpty();
    }

    /** Who is to be served next. */
    ContainerJob first() {
        return awaited.isEmpty() ? waiting.element() : awaited.element();
    }

    /** Takes out those that no container will serve: all that wait, or if there are some yet, those that would not wait for one. */
    List<ContainerJob> takeLost() {
        List<ContainerJob> lost = new ArrayList<>(awaited);
        awaited.clear();
        if (count() == 0) {
            lost.addAll(waiting);
            waiting.clear();
        }
        return lost;
    }

    void clear() {
        waiting.clear();
        awaited.clear();
    }

    /** Of those that have room for a call, the fullest: the others may become idle and end. */
    Optional<RunningContainer> free() {
        RunningContainer fullest = null;
        for (RunningContainer container : containers) {
            if (container.calls() < image.container().concurrency()
                    && (fullest == null || container.calls() > fullest.calls())) {
                fullest = container;
            }
        }
        return Optional.ofNullable(fullest);
    }

    /** More wait than those that start will take, and it may have another. */
    boolean wantsAnother() {
        return waiting.size() + awaited.size() > starting * image.container().concurrency()
                && count() < image.container().max();
    }

    /** One whatever its bound is: who waits for the call holds a container that might never be free before. */
    boolean needsAnother() {
        return awaited.size() > starting * image.container().concurrency();
    }

    boolean hasTooMany() {
        return count() > image.container().max();
    }

    /** Whether it lacks a container and may have one, where there are so many and should be no more than {@code bound}. */
    boolean mayHaveAnother(int places, int bound) {
        return needsAnother() || (wantsAnother() && places < (count() == 0 ? 2 * bound : bound));
    }

    /** Whether its calls have lacked a container for so long. */
    boolean hasWaited(Duration patience) {
        return wantsAnother() && System.nanoTime() - first().submittedAtNanos() > patience.toNanos();
    }

    int count() {
        return containers.size() + starting;
    }

    void starts() {
        starting++;
    }

    void started(RunningContainer container, long millis) {
        starting--;
        lastStartMillis = millis;
        containers.add(container);
    }

    void failedToStart(long now) {
        starting--;
        failedStarts++;
        failedAt = now;
    }

    /** No container is started for calls that may come when one could not be lately. */
    boolean failedLately(long now) {
        return failedStarts > 0 && now - failedAt < AFTER_FAILURE.toMillis();
    }

    static Optional<RunningContainer> longestIdle(Collection<FunctionContainers> functions) {
        return functions.stream()
                .flatMap(function -> function.containers.stream())
                .filter(container -> container.calls() == 0)
                .min(Comparator.comparingLong(RunningContainer::idleSince));
    }

    /** @return false: it had been taken out before */
    boolean remove(RunningContainer container) {
        return containers.remove(container);
    }

    boolean has(RunningContainer container) {
        return containers.contains(container);
    }

    List<RunningContainer> all() {
        return List.copyOf(containers);
    }

    void served(Start start) {
        if (start == Start.COLD) {
            coldStarts++;
        } else {
            warmStarts++;
        }
    }

    /** Takes out those that have had nothing to do since {@code before}, oldest first, down to {@code least}. */
    List<RunningContainer> takeIdle(long before, int least) {
        List<RunningContainer> taken = new ArrayList<>();
        for (Iterator<RunningContainer> each = containers.iterator(); each.hasNext() && containers.size() > least; ) {
            RunningContainer container = each.next();
            if (container.calls() == 0 && container.idleSince() <= before) {
                each.remove();
                taken.add(container);
            }
        }
        return taken;
    }

    int idle() {
        return (int) containers.stream().filter(one -> one.calls() == 0).count();
    }

    ContainerStatus status() {
        return new ContainerStatus(
                key.workflow(),
                key.version(),
                key.function(),
                image.image(),
                containers.size() - idle(),
                idle(),
                starting,
                waiting.size() + awaited.size(),
                coldStarts,
                warmStarts,
                failedStarts,
                lastStartMillis);
    }
}
