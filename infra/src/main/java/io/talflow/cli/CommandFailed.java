package io.talflow.cli;

/** Ends a command with a message on stderr and an exit code. */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int TASK_FAILED = 1;
    /** A replay decides something else than is recorded. */
    static final int DIFFERS = 1;

    static final int BAD_INPUT = 2;
    static final int UNREACHABLE = 3;
    static final int INTERRUPTED = 130;

    private final int exitCode;

    private CommandFailed(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static CommandFailed badInput(String message) {
        return new CommandFailed(BAD_INPUT, message);
    }

    static CommandFailed unreachable(String message) {
        return new CommandFailed(UNREACHABLE, message);
    }

    static CommandFailed taskFailed(String message) {
        return new CommandFailed(TASK_FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
