package io.talflow.gateway;

/** What the gateway refuses or fails with. Codes are stable; docs/errors.md explains each. */
public enum GatewayError {
    BAD_REQUEST("gateway/bad-request", 400, "The request is malformed"),
    BAD_EVENT("gateway/bad-event", 400, "Not a CloudEvent that may be sent"),
    UNAUTHENTICATED("gateway/unauthenticated", 401, "A token is needed"),
    UNKNOWN_TOKEN("gateway/unknown-token", 401, "The token is of no attempt"),
    FORBIDDEN("gateway/forbidden", 403, "The token's role does not cover this"),
    CERTIFICATE_NEEDED("gateway/certificate-needed", 403, "A client's certificate is needed"),
    FOREIGN_ORIGIN("gateway/foreign-origin", 403, "The request comes from a web page"),
    NOT_FOUND("gateway/not-found", 404, "There is nothing at this address"),
    UNKNOWN_WORKFLOW("gateway/unknown-workflow", 404, "No such workflow"),
    UNKNOWN_TASK("gateway/unknown-task", 404, "No such task"),
    UNKNOWN_BUNDLE("gateway/unknown-bundle", 404, "No such bundle"),
    UNKNOWN_DEAD_LETTER("gateway/unknown-dead-letter", 404, "No such dead letter"),
    UNKNOWN_DATA("gateway/unknown-data", 404, "No such value"),
    NOT_BEGUN("gateway/not-begun", 409, "The task waits for its definition"),
    FIRING_CONFLICT("gateway/firing-conflict", 409, "The firing was seen with another body"),
    DATA_CORRUPT("gateway/data-corrupt", 409, "The value is not what was put"),
    ATTEMPT_ENDED("gateway/attempt-ended", 410, "The attempt has ended"),
    DATA_LOST("gateway/data-lost", 410, "The value cannot be had any more"),
    DATA_NOT_REPEATABLE("gateway/data-not-repeatable", 410, "The value is lost, and its function puts another"),
    TOO_LARGE("gateway/too-large", 413, "The request is larger than its limit"),
    BAD_BUNDLE("gateway/bad-bundle", 422, "The bundle cannot be used"),
    INVALID_WORKFLOW("gateway/invalid-workflow", 422, "The workflow has errors"),
    INVALID_RULE("gateway/invalid-rule", 422, "The rule has errors"),
    UNDECLARED_DATUM("gateway/undeclared-datum", 422, "The function does not declare this datum"),
    WRONG_DATUM_KIND("gateway/wrong-datum-kind", 422, "The datum is of the other kind"),
    NOT_RETRYABLE("gateway/not-retryable", 422, "The dead letter cannot be sent again"),
    INTERNAL("gateway/internal", 500, "The gateway failed"),
    LOG_UNAVAILABLE("gateway/log-unavailable", 503, "Kafka does not answer"),
    REMOTE_STORE_UNAVAILABLE("gateway/remote-store-unavailable", 503, "The remote store does not answer"),
    REVISION_NOT_REACHED("gateway/revision-not-reached", 504, "The view has not seen that revision yet"),
    TOO_MANY_FOLLOWERS("gateway/too-many-followers", 503, "Too many follow logs at once"),
    DRAINING("gateway/draining", 503, "The node takes no new firings"),
    NO_ANSWER("gateway/no-answer", 504, "The job did not answer in time"),
    DATA_FULL("gateway/data-full", 507, "There is no room for the value");

    private final String code;
    private final int status;
    private final String title;

    GatewayError(String code, int status, String title) {
        this.code = code;
        this.status = status;
        this.title = title;
    }

    public String code() {
        return code;
    }

    /** The HTTP status of an answer with this error. */
    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** Worth repeating unchanged: nothing was wrong with the request. */
    public boolean retryable() {
        return status >= 500;
    }
}
