package io.talflow.tal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Workflow data of others, kept beside the project's folder: {@code -Dtalflow.shared=DIR}, or {@code shared} above it. */
public final class Datasets {
    private Datasets() {}

    /** A folder of the data; the test is skipped where there is none. */
    public static Path folder(String name) {
        Path folder = find(name);
        Assumptions.assumeTrue(
                folder != null,
                "no shared/datasets/%s above %s".formatted(name, Path.of("").toAbsolutePath()));
        return folder;
    }

    /** The files below a folder whose path ends so, sorted; the test is skipped where there is no such folder. */
    public static List<Path> files(String name, String ending) {
        try (Stream<Path> files = Files.walk(folder(name))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path find(String name) {
        String told = System.getProperty("talflow.shared");
        if (told != null) {
            return existing(Path.of(told, "datasets", name));
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = existing(at.resolve("shared/datasets").resolve(name));
            if (folder != null) {
                return folder;
            }
        }
        return null;
    }

    private static Path existing(Path folder) {
        return Files.isDirectory(folder) ? folder : null;
    }
}
