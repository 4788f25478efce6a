package io.talflow.gateway.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of the node that one container sees, read-only, at {@link #INSIDE}. While a call runs in the container, the values
 * that its function has asked for are in it, as links to the node's own files, so that nothing is copied. Between calls it is
 * empty. What is in it can be opened by who knows its name, and cannot be listed.
 */
final class ValueMount {
    static final String INSIDE = "/talflow/values";

    private static final Logger LOG = LoggerFactory.getLogger(ValueMount.class);
    private static final String NOBODY = "";

    private final Path directory;
    private final Set<Path> links = new HashSet<>();
    private String reader = NOBODY;

    private ValueMount(Path directory) {
        this.directory = directory;
    }

    /** @param directory is made */
    static ValueMount create(Path directory) throws IOException {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        return new ValueMount(directory);
    }

    Path directory() {
        return directory;
    }

    /** @param token of the attempt that runs in the container from now on */
    synchronized void begin(String token) {
        reader = token;
    }

    /** The attempt has ended: nothing that it asked for is there any more, nor what it still asks for. */
    synchronized void end() {
        reader = NOBODY;
        for (Path link : links) {
            try {
                Files.deleteIfExists(link);
            } catch (IOException e) {
                LOG.error("{} stays visible to the calls that come: {}", link, e.toString());
            }
        }
        links.clear();
    }

    synchronized boolean isOf(String token) {
        return reader.equals(token);
    }

    /**
     * Shows a value to the attempt.
     *
     * @param name of the link
     * @param file may be read by everybody who can reach it from now on, since a container is nobody
     * @return where the container has it; empty: the attempt does not run in it any more, or the file cannot be linked
     */
    synchronized Optional<Path> link(String token, String name, Path file) {
        if (!isOf(token)) {
            return Optional.empty();
        }
        Path link = directory.resolve(name);
        try {
            if (!links.contains(link)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
                Files.createLink(link, file);
                links.add(link);
            }
            return Optional.of(Path.of(INSIDE, name));
        } catch (IOException e) {
            LOG.warn("{} is streamed to its container, since it cannot be linked: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** The container is gone. */
    synchronized void remove() {
        end();
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.warn("{} stays until the next start: {}", directory, e.toString());
        }
    }
}
