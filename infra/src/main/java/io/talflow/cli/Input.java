package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON given on the command line, or {@code @file}. */
final class Input {
    private Input() {}

    static Object parse(String text) {
        try {
            return text.startsWith("@") ? Json.parse(Files.readAllBytes(Path.of(text.substring(1)))) : Json.parse(text);
        } catch (IOException e) {
            throw CommandFailed.badInput("cannot read %s: no such file, or not readable".formatted(text.substring(1)));
        } catch (Json.NotJson e) {
            throw CommandFailed.badInput("%s is not JSON: %s"
                    .formatted(text.startsWith("@") ? text.substring(1) : "--input", e.getMessage()));
        }
    }
}
