package io.talflow.flink.route;

/** An ingress event that cannot go where it should; the code and message end in its dead letter. */
final class Unroutable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    Unroutable(String code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    String code() {
        return code;
    }
}
