package io.talflow.flink.wire;

/**
 * What a gateway is asked to do.
 *
 * @param withdraw stop the firing; else run it
 * @param input JSON; empty for a withdrawal
 */
public record Request(
        boolean withdraw,
        String task,
        String workflow,
        String version,
        String firing,
        int attempt,
        String function,
        String as,
        byte[] input) {}
