package io.talflow.gateway.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The identity of a node's journal, kept in a file beside it. A node of the same id with another one does not know what the
 * first was given.
 */
public final class Instance {
    private Instance() {}

    /**
     * Reads it, or makes a new one where there is none or no journal any more.
     *
     * @param data directory of the journal, before that is opened
     */
    public static String of(Path data, Path journal) throws IOException {
        Path file = data.resolve("instance");
        if (Files.exists(journal) && Files.exists(file)) {
            return Files.readString(file).strip();
        }
        String made = UUID.randomUUID().toString();
        Path draft = data.resolve("instance.new");
        Files.writeString(draft, made + "\n");
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }
}
