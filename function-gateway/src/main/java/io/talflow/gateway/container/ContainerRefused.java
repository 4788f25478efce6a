package io.talflow.gateway.container;

/** The container engine does not create or start a container: what was asked for does not fit the machine or the image. */
final class ContainerRefused extends EngineFailure {
    private static final long serialVersionUID = 1L;

    /** @param what it cannot do */
    ContainerRefused(String what, Throwable why) {
        super("the container engine cannot %s: %s".formatted(what, why.getMessage()));
    }
}
