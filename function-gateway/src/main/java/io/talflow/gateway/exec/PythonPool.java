package io.talflow.gateway.exec;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.exec.PythonJob.ServerKey;
import io.talflow.gateway.journal.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Function servers, started when a firing needs one and kept warm while they are used. Which firings run at once is said by
 * {@link FairPlaces}; a server goes on with firings for its own handler until another function has waited longer than
 * {@link #PATIENCE}. Idle servers make room for new ones from the bound on.
 */
public final class PythonPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PythonPool.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final PythonServers starter;
    private final int bound;
    private final Duration idleLimit;
    private final Clock clock;
    private final ExecutorService threads;
    private final FairPlaces<PythonJob> places;
    private final Map<ServerKey, Deque<PythonServer>> idle = new HashMap<>();
    private final Set<PythonServer> alive = new HashSet<>();
    private int size;
    private boolean closed;

    /** @param bound on firings that run at once, of all functions together; {@link FairPlaces} says when it is passed */
    public PythonPool(
            PythonServers starter, int bound, Duration idleLimit, ScheduledExecutorService timer, Clock clock) {
        this.starter = starter;
        this.bound = bound;
        places = new FairPlaces<>(bound, bound, System::nanoTime);
        this.idleLimit = idleLimit;
        this.clock = clock;
        threads = Executors.newCachedThreadPool(new DaemonThreads("python"));
        long period = Math.max(50, idleLimit.toMillis() / 4);
        Future<?> unused = timer.scheduleWithFixedDelay(this::endIdle, period, period, TimeUnit.MILLISECONDS);
    }

    synchronized void submit(PythonJob job) {
        if (closed) {
            return;
        }
        if (job.call().awaited()) {
            places.enterBeyond(job.function());
            begin(job);
        } else if (places.enter(job.function(), job)) {
            begin(job);
        }
    }

    /** It has its place; in a server that is warm if there is one. */
    private void begin(PythonJob job) {
        Deque<PythonServer> ready = idle.get(job.key());
        if (ready != null && !ready.isEmpty()) {
            PythonServer server = ready.pop();
            threads.execute(() -> serve(server, job));
            return;
        }
        if (size < bound || !endOneIdle()) {
            size++;
        }
        threads.execute(() -> serveWithNew(job));
    }

    void cancel(PythonJob job) {
        synchronized (this) {
            places.remove(job.function(), job);
        }
        job.cancel();
    }

    /** Servers that wait for a firing. */
    public synchronized int idle() {
        return idle.values().stream().mapToInt(Deque::size).sum();
    }

    /** Servers that run or are idle. */
    synchronized int size() {
        return size;
    }

    private void serveWithNew(PythonJob job) {
        PythonServer server;
        try {
            server = starter.start(job.key());
        } catch (PythonServers.CannotStart e) {
            job.outcome().complete(FunctionErrors.environment(clock.millis(), e.getMessage(), e.output()));
            leave(null, job);
            return;
        } catch (RuntimeException e) {
            LOG.error("A function server for {} cannot start", job.key(), e);
            job.outcome().complete(FunctionErrors.environment(clock.millis(), e.toString(), ""));
            leave(null, job);
            return;
        }
        synchronized (this) {
            alive.add(server);
            if (closed) {
                server.kill();
            }
        }
        serve(server, job);
    }

    /** Serves this job and then those that come next, until there is none for this server. */
    private void serve(PythonServer server, PythonJob first) {
        for (PythonJob job = first; job != null; job = next(server, job)) {
            job.runsOn(server);
            Outcome outcome = server.call(job.call());
            if (!isClosed()) {
                job.outcome().complete(outcome);
            }
            if (!server.usable()) {
                leave(server, job);
                return;
            }
        }
    }

    /** The next job for this server; null if it was put among the idle ones. */
    private synchronized PythonJob next(PythonServer server, PythonJob done) {
        PythonJob next = closed ? null : places.leave(done.function(), PATIENCE).orElse(null);
        if (next != null && next.key().equals(server.key())) {
            return next;
        }
        server.idleSince(clock.millis());
        idle.computeIfAbsent(server.key(), key -> new ArrayDeque<>()).push(server);
        if (next != null) {
            begin(next);
        }
        return null;
    }

    /** Gives the place of a server that is of no more use to who is next. */
    private void leave(PythonServer server, PythonJob done) {
        synchronized (this) {
            alive.remove(server);
            size--;
            if (!closed) {
                places.leave(done.function(), Duration.ZERO).ifPresent(this::begin);
            }
        }
        if (server != null) {
            server.close();
        }
    }

    /** Ends the server that has been idle longest. @return false: none is idle */
    private boolean endOneIdle() {
        PythonServer oldest = null;
        for (Deque<PythonServer> servers : idle.values()) {
            PythonServer last = servers.peekLast();
            if (last != null && (oldest == null || last.idleSince() < oldest.idleSince())) {
                oldest = last;
            }
        }
        if (oldest == null) {
            return false;
        }
        idle.get(oldest.key()).remove(oldest);
        alive.remove(oldest);
        oldest.close();
        return true;
    }

    private void endIdle() {
        List<PythonServer> ended = new ArrayList<>();
        synchronized (this) {
            long before = clock.millis() - idleLimit.toMillis();
            for (Iterator<Deque<PythonServer>> each = idle.values().iterator(); each.hasNext(); ) {
                Deque<PythonServer> servers = each.next();
                for (Iterator<PythonServer> server = servers.iterator(); server.hasNext(); ) {
                    PythonServer candidate = server.next();
                    if (candidate.idleSince() < before || !candidate.usable()) {
                        server.remove();
                        ended.add(candidate);
                    }
                }
                if (servers.isEmpty()) {
                    each.remove();
                }
            }
            alive.removeAll(ended);
            size -= ended.size();
        }
        ended.forEach(PythonServer::close);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Kills every server; what they ran has no outcome. */
    @Override
    public void close() {
        List<PythonServer> servers;
        synchronized (this) {
            closed = true;
            places.clear();
            servers = new ArrayList<>(alive);
        }
        servers.forEach(PythonServer::close);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("Function servers are slow to end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static IOException unexpected(String what) {
        return new IOException("the function server answered " + what);
    }
}
