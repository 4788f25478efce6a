package io.talflow.tal;

import io.talflow.tal.model.Position;

/** One thing wrong with a document. A document's problems are collected and reported together. */
public record Problem(Severity severity, String code, String file, Position position, String message) {
    /** An ERROR refuses the document; a WARNING does not. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code file:line:column: message [code]}. */
    @Override
    public String toString() {
        return "%s:%d:%d: %s%s [%s]"
                .formatted(
                        file,
                        position.line(),
                        position.column(),
                        severity == Severity.WARNING ? "warning: " : "",
                        message,
                        code);
    }
}
