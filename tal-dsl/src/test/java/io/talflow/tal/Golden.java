package io.talflow.tal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that hold what a document must lead to. {@code -Dgolden.update} writes them anew. */
public final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private Golden() {}

    public static List<Path> files(String folder, String ending) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Compares with the file beside {@code source} that has {@code ending}. */
    public static void matches(Path source, String ending, String actual) throws IOException {
        String name = source.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        Path golden = source.resolveSibling(name + ending);
        if (System.getProperty("golden.update") != null) {
            Files.writeString(golden, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(golden));
    }
}
