package io.talflow.gateway;

import io.talflow.gateway.auth.TokenFile;
import io.talflow.gateway.auth.Tokens;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.bundle.DefinitionReader;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.bundle.DefinitionsTail;
import io.talflow.gateway.container.Containers;
import io.talflow.gateway.container.RuntimeDoor;
import io.talflow.gateway.data.DataProxy;
import io.talflow.gateway.data.Peers;
import io.talflow.gateway.event.OutcomeEvents;
import io.talflow.gateway.event.OutcomePublisher;
import io.talflow.gateway.exec.CommandExecutor;
import io.talflow.gateway.exec.Executors;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.HttpExecutor;
import io.talflow.gateway.exec.PythonEnvironments;
import io.talflow.gateway.exec.PythonExecutor;
import io.talflow.gateway.exec.PythonPool;
import io.talflow.gateway.exec.PythonServers;
import io.talflow.gateway.exec.ReplayExecutor;
import io.talflow.gateway.history.Ancestry;
import io.talflow.gateway.history.TaskHistories;
import io.talflow.gateway.http.HttpServer;
import io.talflow.gateway.invoke.Drain;
import io.talflow.gateway.invoke.Invoker;
import io.talflow.gateway.invoke.Recalls;
import io.talflow.gateway.journal.Journal;
import io.talflow.gateway.log.DeadLetters;
import io.talflow.gateway.log.EventLog;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.PeerLogs;
import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.log.TopicSetup;
import io.talflow.gateway.log.TopicTail;
import io.talflow.gateway.node.Instance;
import io.talflow.gateway.node.NodeReporter;
import io.talflow.gateway.runtime.Access;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.runtime.Heartbeats;
import io.talflow.gateway.runtime.Signals;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.gateway.view.Replies;
import io.talflow.gateway.view.ViewUpdater;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.Topics;
import io.talflow.tal.importer.Formats;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway: control API, node that runs functions, and view of the tasks, in one process. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final GatewayOptions options;
    private Access.Urls urls;
    private Membership membership;

    private Gateway(GatewayOptions options) {
        this.options = options;
    }

    /**
     * Starts a gateway and returns when it serves.
     *
     * @throws IOException if the data directory cannot be used, also because another gateway owns it
     */
    public static Gateway start(GatewayOptions options) throws IOException {
        return start(options, (file, bytes) -> {
            Formats.Loaded loaded = Formats.loadWithWarnings(file, bytes);
            return new DefinitionReader.Read(loaded.workflow(), loaded.text());
        });
    }

    static Gateway start(GatewayOptions options, DefinitionReader reader) throws IOException {
        Gateway gateway = new Gateway(options);
        try {
            gateway.open(reader);
            LOG.info("Gateway {} serves at {}", options.nodeId(), gateway.url());
            return gateway;
        } catch (IOException | RuntimeException e) {
            gateway.close();
            throw e;
        } catch (InterruptedException e) {
            gateway.close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        } catch (Exception e) {
            gateway.close();
            throw new IOException("cannot open " + options.data(), e);
        }
    }

    private void open(DefinitionReader reader) throws Exception {
        Path data = Files.createDirectories(options.data());
        own(data);
        Clock clock = Clock.systemUTC();
        TopicSetup.ensure(options.kafka(), options.partitions());
        Doors doors = closing(Doors.open(options));
        urls = doors.urls();
        ScheduledThreadPoolExecutor timer = timer();
        Optional<Tokens> tokens = tokens(timer, clock);
        EventLog log = closing(new EventLog(options.kafka()));

        Definitions definitions = new Definitions(reader);
        TopicTail definitionsTail =
                closing(new TopicTail(options.kafka(), List.of(Topics.DEFINITIONS), new DefinitionsTail(definitions)));
        Replies replies = new Replies(log);
        closing(new TopicTail(options.kafka(), List.of(Topics.REPLIES), replies));
        membership = closing(new Membership(options, clock));
        ViewUpdater view =
                closing(new ViewUpdater(data.resolve("view.db"), TopicSetup.id(options.kafka(), Topics.TASKS), clock));
        closing(new TopicTail(options.kafka(), List.of(Topics.TASKS), view));

        BundleStore bundles = new BundleStore(
                data.resolve("bundles"), membership::sources, options.security().peers());
        FunctionLogs logs = new FunctionLogs(data.resolve("logs"));
        PeerLogs peerLogs =
                closing(new PeerLogs(membership::spokenSince, options.security().peers()));
        Path journalFile = data.resolve("journal.db");
        String instance = Instance.of(data, journalFile);
        membership.awaitOthers(instance);
        Journal journal = closing(Journal.open(journalFile));
        OutcomeEvents outcomes = new OutcomeEvents(options.nodeId());
        OutcomePublisher publisher = closing(new OutcomePublisher(log, journal, outcomes));
        PythonServers servers = closing(new PythonServers(
                bundles, new PythonEnvironments(options.python(), data.resolve("python")), logs, timer, clock));
        PythonPool pool = closing(new PythonPool(servers, options.pythonServers(), options.pythonIdle(), timer, clock));
        FunctionClient client = closing(new FunctionClient());
        CompletableFuture<RuntimeDoor> door = new CompletableFuture<>();
        Containers containers = closing(new Containers(
                options.containers(),
                data,
                new Containers.Surroundings(
                        bundles,
                        definitions,
                        logs,
                        client,
                        address -> door.join().url(address),
                        timer,
                        clock)));
        view.tell((workflow, version, nodes) -> {
            if (nodes.isEmpty() || nodes.contains(options.nodeId())) {
                containers.started(workflow, version);
            }
        });
        HttpExecutor http = closing(new HttpExecutor(options.security().destinations(), timer, clock));
        CommandExecutor commands = closing(new CommandExecutor(bundles, logs, timer, clock, options.pythonServers()));
        Executors executors =
                new Executors(new PythonExecutor(pool), http, commands, containers, new ReplayExecutor(timer, clock));
        Attempts attempts =
                new Attempts(urls, new SecretStore(options.security().secrets()), clock);
        TaskEvents events = new TaskEvents(options.kafka());
        DataProxy values = closing(new DataProxy(
                data.resolve("values"),
                options.values(),
                options.nodeId(),
                new Peers(membership::urls, options.security().peers()),
                new TasksOfJob(view.view(), replies),
                new Recalls(view.view(), new TaskHistories(events), definitions, executors, attempts),
                clock));
        Heartbeats heartbeats =
                new Heartbeats((task, millis) -> timer.schedule(task, millis, TimeUnit.MILLISECONDS), clock);
        Invoker invoker = closing(new Invoker(journal, definitions, executors, attempts, publisher, heartbeats, clock));

        if (!definitionsTail.awaitCaughtUp(CATCH_UP)) {
            throw new IOException("%s at %s cannot be read".formatted(Topics.DEFINITIONS, options.kafka()));
        }
        publisher.start();
        invoker.recover();
        HttpServer server = closing(new HttpServer(
                doors.listeners(),
                new HttpServer.Parts(
                        invoker,
                        definitions,
                        reader,
                        bundles,
                        log,
                        view.view(),
                        replies,
                        events,
                        new DeadLetters(options.kafka()),
                        logs,
                        peerLogs,
                        attempts,
                        new Signals(log, options.nodeId()),
                        membership.nodes(),
                        containers,
                        values,
                        new Ancestry(options.kafka()),
                        options.nodeId()),
                tokens));
        door.complete(server.door());
        Drain drain = new Drain(invoker, journal, log, outcomes, membership::others);
        NodeReporter.Identity identity = new NodeReporter.Identity(options.nodeId(), instance, url(), clock.millis());
        membership.join(
                drain,
                closing(new NodeReporter(
                        log,
                        identity,
                        data,
                        () -> new NodeReport.Functions(
                                invoker.inFlight(), pool.idle() + containers.idle(), attempts.progress()))));
    }

    private Optional<Tokens> tokens(ScheduledThreadPoolExecutor timer, Clock clock) throws IOException {
        if (!options.security().authenticates()) {
            return Optional.empty();
        }
        Path file = options.security().tokens().orElseThrow();
        Tokens tokens = new Tokens(new TokenFile(file), clock);
        if (tokens.isEmpty()) {
            LOG.warn("Nobody may call: {} has no token; talflow token create makes one", file);
        }
        timer.scheduleWithFixedDelay(tokens::reload, 1, 1, TimeUnit.SECONDS);
        return Optional.of(tokens);
    }

    /** Two gateways on one directory would corrupt it, so the first holds a lock. */
    private void own(Path data) throws IOException {
        FileChannel file = closing(
                FileChannel.open(data.resolve("gateway.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (java.nio.channels.OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException("another gateway owns " + data);
        }
    }

    private ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, new DaemonThreads("gateway-timer"));
        timer.setRemoveOnCancelPolicy(true);
        closing(timer::shutdownNow);
        return timer;
    }

    private <T extends AutoCloseable> T closing(T part) {
        parts.push(part);
        return part;
    }

    /** The address to reach it by. */
    public String url() {
        return urls.advertised();
    }

    /**
     * Lets what runs end, and hands back to the others what has not ended in time. Takes no new firings meanwhile. Without
     * another node it returns at once: then what runs is kept in the journal, for the next start. Close afterwards.
     */
    public void drain() {
        membership.leave();
    }

    /** Stops taking requests, ends functions without an outcome, then writes what is to be written. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("A part of the gateway did not stop cleanly", e);
            }
        }
    }
}
