package io.talflow.gateway.log;

/**
 * Whose logs are wanted.
 *
 * @param since when the task started, epoch milliseconds: a node that has not spoken since has none; 0: not known
 * @param function the invocation's name in its workflow; empty: any
 * @param firing empty: any
 */
public record LogQuery(String task, long since, String function, String firing) {
    public LogQuery(String task, String function, String firing) {
        this(task, 0, function, firing);
    }
}
