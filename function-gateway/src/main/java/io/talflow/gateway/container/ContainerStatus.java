package io.talflow.gateway.container;

/**
 * What containers a function of a version of a workflow has on this node.
 *
 * @param busy containers that run a call
 * @param idle warm ones that wait for one
 * @param waiting calls that wait for a container
 * @param cold calls that waited for a container to start, since the gateway started
 * @param warm calls that found one
 * @param failed containers that did not start
 * @param lastStartMillis what the last start took, until the container took calls; 0: none yet
 */
public record ContainerStatus(
        String workflow,
        String version,
        String function,
        String image,
        int busy,
        int idle,
        int starting,
        int waiting,
        long cold,
        long warm,
        long failed,
        long lastStartMillis) {}
