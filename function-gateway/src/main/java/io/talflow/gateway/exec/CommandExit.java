package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import java.util.Set;

/** What a program's exit code means. */
final class CommandExit {
    private static final int SIGNAL = 128;
    private static final int CANNOT_EXECUTE = 126;
    private static final int NOT_FOUND = 127;

    /**
     * EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_NOUSER, EX_NOHOST, EX_NOPERM and EX_CONFIG of sysexits.h: the program refuses
     * what it was given, and would again.
     */
    private static final Set<Integer> PERMANENT = Set.of(64, 65, 66, 67, 68, 77, 78);

    private CommandExit() {}

    /**
     * @param stdout as much as was read of it
     * @param stderr its last lines
     */
    static Outcome outcome(long beganAt, String function, int exit, byte[] stdout, String stderr) {
        if (stdout.length > FunctionErrors.MAX_RESULT_BYTES) {
            return FunctionErrors.tooLarge(beganAt, -1);
        }
        if (exit == 0) {
            return FunctionErrors.result(beganAt, stdout);
        }
        if (exit == CANNOT_EXECUTE || exit == NOT_FOUND) {
            return FunctionErrors.environment(
                    beganAt, "the program of %s cannot be run, exit code %d".formatted(function, exit), stderr);
        }
        if (exit > SIGNAL) {
            return FunctionErrors.crashed(beganAt, function, exit, stderr);
        }
        return Outcome.Failed.of(
                beganAt,
                "Exit." + exit,
                "%s exited with code %d".formatted(function, exit),
                stderr,
                !PERMANENT.contains(exit));
    }
}
