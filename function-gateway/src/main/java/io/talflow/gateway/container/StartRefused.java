package io.talflow.gateway.container;

/** The container engine created a container and does not start it: what was asked for does not fit the machine or the image. */
final class StartRefused extends EngineFailure {
    private static final long serialVersionUID = 1L;

    StartRefused(String why) {
        super("the container engine cannot start a container: " + why);
    }
}
