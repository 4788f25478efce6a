package io.talflow.gateway.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The directories by which containers see values without a copy. Only a container that takes one call at a time has one: what two
 * calls see at once would be both's.
 */
public final class ValueMounts {
    private final Path directory;
    private final Set<ValueMount> mounts = ConcurrentHashMap.newKeySet();

    /** @param directory whatever is in it is removed: it is of containers that are gone. On the file system that has the values */
    ValueMounts(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory.toAbsolutePath());
        // an engine that maps users goes through it as nobody
        Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwx--x--x"));
        try (Stream<Path> left = Files.list(this.directory)) {
            for (Path mount : left.toList()) {
                remove(mount);
            }
        }
    }

    private static void remove(Path mount) throws IOException {
        try (Stream<Path> links = Files.list(mount)) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        }
        Files.delete(mount);
    }

    ValueMount create() throws IOException {
        ValueMount mount = ValueMount.create(directory.resolve(UUID.randomUUID().toString()));
        mounts.add(mount);
        return mount;
    }

    void remove(ValueMount mount) {
        mounts.remove(mount);
        mount.remove();
    }

    /** Whether the attempt of a token runs in a container that can be shown values. */
    public boolean serves(String token) {
        return of(token).isPresent();
    }

    /**
     * Shows a value to the container that an attempt runs in, until the attempt ends.
     *
     * @param id of the value
     * @return where it is as the container sees it; empty: it cannot be shown
     */
    public Optional<Path> show(String token, String id, Path file) {
        return of(token).flatMap(mount -> mount.link(token, id, file));
    }

    private Optional<ValueMount> of(String token) {
        return mounts.stream().filter(mount -> mount.isOf(token)).findFirst();
    }
}
