package io.talflow.gateway.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The engine, connected to when it is first needed, and again if it was not there. */
final class EngineConnection implements Closeable {
    private final Optional<Path> socket;
    private final ImageSources sources;
    private Engine engine;

    /**
     * @param socket empty: this machine has no engine
     * @param sources where it may pull images from
     */
    EngineConnection(Optional<Path> socket, ImageSources sources) {
        this.socket = socket;
        this.sources = sources;
    }

    boolean isPossible() {
        return socket.isPresent();
    }

    synchronized Engine engine() throws EngineFailure {
        if (engine == null) {
            engine = Engine.connect(socket.orElseThrow(() -> new EngineFailure(Containers.NO_ENGINE)), sources);
        }
        return engine;
    }

    @Override
    public synchronized void close() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }
}
