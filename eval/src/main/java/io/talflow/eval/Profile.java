package io.talflow.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Optional;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** A JFR recording of what is measured, if one is asked for: from the first {@link #begin} to the end of the last run. */
final class Profile implements AutoCloseable {
    private final Optional<Path> file;
    private Recording recording;

    /** @param file where the recording goes; empty: nothing is recorded */
    Profile(Optional<Path> file) {
        this.file = file;
    }

    /** The measured part begins; does nothing when it has begun before. */
    void begin() {
        if (file.isEmpty() || recording != null) {
            return;
        }
        try {
            recording = new Recording(Configuration.getConfiguration("profile"));
            recording.start();
        } catch (IOException | ParseException e) {
            throw new IllegalStateException("this JVM has no JFR configuration 'profile'", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (recording != null) {
            Path folder = file.orElseThrow().toAbsolutePath().getParent();
            Files.createDirectories(folder);
            recording.dump(file.orElseThrow());
            recording.close();
        }
    }
}
