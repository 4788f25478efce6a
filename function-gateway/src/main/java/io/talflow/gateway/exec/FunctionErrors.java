package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;

/** The errors an attempt fails with, each worded in one place; docs/errors.md lists them. */
public final class FunctionErrors {
    /** Bound on a function's result, bytes of JSON. */
    public static final int MAX_RESULT_BYTES = 4 * 1024 * 1024;

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private FunctionErrors() {}

    /** The result as an outcome, if it is one JSON value within the limit; an empty one is null. */
    static Outcome result(long beganAt, byte[] body) {
        if (body.length == 0) {
            return new Outcome.Completed(beganAt, NULL.clone());
        }
        if (body.length > MAX_RESULT_BYTES) {
            return tooLarge(beganAt, body.length);
        }
        try {
            Json.parse(body);
        } catch (Json.NotJson e) {
            return Outcome.Failed.of(beganAt, "Function.BadResult", "the result is not JSON: " + e.getMessage(), "");
        }
        return new Outcome.Completed(beganAt, body);
    }

    public static Outcome tooLarge(long beganAt, long bytes) {
        String size = bytes < 0 ? "more" : bytes + " bytes";
        return Outcome.Failed.of(
                beganAt,
                "Function.ResultTooLarge",
                "the result may have %d bytes of JSON, has %s".formatted(MAX_RESULT_BYTES, size),
                "");
    }

    public static Outcome timeout(long beganAt, String function, java.time.Duration timeout) {
        return Outcome.Failed.of(
                beganAt,
                "Timeout",
                "%s took longer than its timeout of %d ms".formatted(function, timeout.toMillis()),
                "");
    }

    public static Outcome silent(long beganAt, String function, java.time.Duration heartbeat) {
        return Outcome.Failed.of(
                beganAt,
                "Heartbeat.Missed",
                "%s said nothing for its heartbeat of %d ms".formatted(function, heartbeat.toMillis()),
                "");
    }

    public static Outcome crashed(long beganAt, String function, int exit, String lastLines) {
        String how = exit > 128 ? "was killed by signal %d".formatted(exit - 128) : "exited with code " + exit;
        return Outcome.Failed.of(
                beganAt, "Function.Crashed", "the process of %s %s".formatted(function, how), lastLines);
    }

    public static Outcome environment(long beganAt, String message, String output) {
        return Outcome.Failed.of(beganAt, "Function.Environment", message, output);
    }

    /** The node has not got a secret that the function needs; another attempt would not find it either. */
    public static Outcome secret(long beganAt, String message) {
        return Outcome.Failed.of(beganAt, "Function.Secret", message, "", false);
    }

    /** The node's operator has not allowed its image to be pulled; another attempt would not be, either. */
    public static Outcome imageNotAllowed(long beganAt, String message) {
        return Outcome.Failed.of(beganAt, "Image.NotAllowed", message, "", false);
    }

    /** The definition does not have the function, or is not known on this node. */
    public static Outcome unknownFunction(long beganAt, String message) {
        return Outcome.Failed.of(beganAt, "Function.Unknown", message, "");
    }
}
