package io.talflow.gateway.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Where the container engine listens: a Unix socket that speaks the Docker Engine API. */
public final class EngineAddress {
    private static final String UNIX = "unix://";

    private EngineAddress() {}

    /**
     * @param option {@code auto}, {@code none}, or the path of a socket
     * @return the socket; empty: this machine has no engine
     */
    public static Optional<Path> find(String option, Map<String, String> environment) {
        return find(option, environment, Files::exists);
    }

    static Optional<Path> find(String option, Map<String, String> environment, Predicate<Path> exists) {
        if (option.equals("none")) {
            return Optional.empty();
        }
        if (!option.equals("auto")) {
            return Optional.of(path(option)).filter(exists);
        }
        String host = environment.getOrDefault("DOCKER_HOST", "");
        if (host.startsWith(UNIX)) {
            return Optional.of(path(host)).filter(exists);
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "/run/user/0");
        return List.of(
                        "/run/docker.sock",
                        "/var/run/docker.sock",
                        "/run/podman/podman.sock",
                        runtime + "/podman/podman.sock")
                .stream()
                .map(Path::of)
                .filter(exists)
                .findFirst();
    }

    private static Path path(String address) {
        return Path.of(address.startsWith(UNIX) ? address.substring(UNIX.length()) : address);
    }
}
