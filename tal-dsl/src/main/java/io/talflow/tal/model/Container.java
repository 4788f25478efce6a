package io.talflow.tal.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How the containers of a function run.
 *
 * @param contract what the image speaks
 * @param code of OPENWHISK: a file of the workflow's folder that is handed to the container when it starts; empty: the image has it
 * @param memoryBytes bound on memory, tmpfs included; a container above it is killed
 * @param cpus bound on CPU, in cores
 * @param pids bound on processes and threads
 * @param network what it can reach
 * @param min containers of a function in use that are kept when there is nothing to do; 0: none after {@code idle}
 * @param max containers at once on one node
 * @param idle after which a container above {@code min} that has nothing to do ends
 * @param concurrency calls at once to one container
 * @param prewarm one is started when a task of the workflow starts, so that the first call finds it
 */
public record Container(
        Contract contract,
        Optional<String> code,
        long memoryBytes,
        double cpus,
        int pids,
        Network network,
        int min,
        int max,
        Duration idle,
        int concurrency,
        boolean prewarm) {
    /** What a container is when nothing is said about it. */
    public static final Container DEFAULT = new Container(
            Contract.HTTP,
            Optional.empty(),
            256L * 1024 * 1024,
            1,
            128,
            Network.RUNTIME,
            0,
            4,
            Duration.ofMinutes(5),
            1,
            true);

    public Container {
        if (min > max) {
            throw new IllegalArgumentException(
                    "min of a container: must be at most max, %d, is %d".formatted(max, min));
        }
    }

    /** HTTP: the function contract, which Knative and OpenFaaS functions speak. OPENWHISK: {@code /init} and {@code /run}. */
    public enum Contract {
        HTTP,
        OPENWHISK
    }

    /** RUNTIME: its node's runtime API only. OPEN: that and whatever the node's machine can reach. */
    public enum Network {
        RUNTIME,
        OPEN
    }
}
