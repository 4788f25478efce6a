package io.talflow.eval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that is gone afterwards. */
record Scratch(Path path) implements AutoCloseable {
    static Scratch create() throws IOException {
        Path path = Files.createTempDirectory("talflow-bench");
        System.getProperties().putIfAbsent("talflow.logs", path.resolve("logs").toString());
        return new Scratch(path);
    }

    @Override
    public void close() {
        List<Path> files;
        try (Stream<Path> all = Files.walk(path)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // what a stopping process still holds is left to the system's own cleaning of its temporary directory
        files.forEach(file -> file.toFile().delete());
    }
}
