package io.talflow.stack;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the stack logs to: a file below its data directory, never the terminal. */
final class Logs {
    private Logs() {}

    /** Must be called before the first logger is made; later calls change nothing. */
    static void into(Path data, String process) {
        System.getProperties().putIfAbsent("talflow.logs", data.resolve("logs").toString());
        System.getProperties().putIfAbsent("talflow.process", process);
    }

    static Logger of(Class<?> type) {
        return LoggerFactory.getLogger(type);
    }
}
