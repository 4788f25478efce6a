package io.talflow.gateway.data;

import java.nio.file.Path;
import java.util.Optional;

/** How a function that reads a value finds the file that it lies in. */
public interface Place {
    /** Of a process on this machine: the file itself. */
    Place HERE = (id, file) -> Optional.of(file);

    /**
     * Lets it see a file, until its attempt ends.
     *
     * @param id of the value
     * @return where the function finds it; empty: it cannot see it, so the value is to be streamed
     */
    Optional<Path> show(String id, Path file);
}
