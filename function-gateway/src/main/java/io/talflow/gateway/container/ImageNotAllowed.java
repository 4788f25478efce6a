package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.journal.Outcome;

/** An image that is not on the machine and may not be pulled. */
final class ImageNotAllowed extends EngineFailure {
    private static final long serialVersionUID = 1L;

    ImageNotAllowed(String message) {
        super(message);
    }

    @Override
    Outcome outcome(long now) {
        return FunctionErrors.imageNotAllowed(now, getMessage());
    }
}
