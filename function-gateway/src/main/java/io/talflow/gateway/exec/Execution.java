package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import java.util.concurrent.CompletableFuture;

/**
 * A function that runs or waits to.
 *
 * @param outcome never completes exceptionally for what the function does
 * @param cancel stops it if it can; its outcome no longer matters
 */
public record Execution(CompletableFuture<Outcome> outcome, Runnable cancel) {}
