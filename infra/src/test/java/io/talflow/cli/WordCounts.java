package io.talflow.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Word-count's workflow, a real text for it, and the count that tr, sort and uniq make of a text. */
final class WordCounts {
    static final Path WORKFLOW =
            Path.of("../datasets/word-count/workflow.yaml").toAbsolutePath().normalize();
    private static final String COUNT =
            "find \"$1\" -type f -exec sh -c 'cat \"$1\"; echo' sh {} \\; | tr -cs 'A-Za-z' '\\n' | tr A-Z a-z | sort | uniq -c";

    private WordCounts() {}

    /** The licence texts of a Debian system; elsewhere the project's own documents. */
    static Path text() {
        Path licences = Path.of("/usr/share/common-licenses");
        return Files.isDirectory(licences)
                ? licences
                : Path.of("../docs").toAbsolutePath().normalize();
    }

    /** Word → count, of every file below a folder of text files. */
    static Map<String, Long> independent(Path folder) throws IOException {
        Process count = new ProcessBuilder("sh", "-c", COUNT, "sh", folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Map<String, Long> words = new TreeMap<>();
        String printed = new String(count.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        printed.lines().map(String::strip).map(line -> line.split(" ")).forEach(pair -> {
            if (pair.length == 2) {
                words.put(pair[1], Long.valueOf(pair[0]));
            }
        });
        return words;
    }
}
