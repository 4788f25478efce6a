package io.talflow.eval;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/** How large the state in a job's checkpoints is: all of it, also what an incremental one shares with those before. */
final class CheckpointSize {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 50;

    private final Path checkpoints;

    /** @param checkpoints the directory the job writes its checkpoints below */
    CheckpointSize(Path checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** State of the second checkpoint from now: it begins after this was called. */
    long nextBytes() throws IOException, InterruptedException {
        long newest = newest();
        long end = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < end) {
            for (Path metadata : metadata()) {
                Optional<CheckpointMetadata> checkpoint =
                        read(metadata).filter(read -> read.getCheckpointId() >= newest + 2);
                if (checkpoint.isPresent()) {
                    return checkpoint.get().getOperatorStates().stream()
                            .mapToLong(OperatorState::getStateSize)
                            .sum();
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        throw new IllegalStateException(
                "no checkpoint after number %d within %d s".formatted(newest + 1, LONGEST.toSeconds()));
    }

    private long newest() throws IOException {
        long newest = 0;
        for (Path metadata : metadata()) {
            String folder = metadata.getParent().getFileName().toString();
            newest = Math.max(newest, Long.parseLong(folder.substring(folder.indexOf('-') + 1)));
        }
        return newest;
    }

    private List<Path> metadata() throws IOException {
        try (Stream<Path> files = Files.find(
                checkpoints,
                3,
                (path, attributes) -> path.getFileName().toString().equals("_metadata"))) {
            return files.toList();
        } catch (java.io.UncheckedIOException e) {
            return List.of(); // a directory went while it was read
        }
    }

    /** Empty if a newer one has taken its place. */
    private static Optional<CheckpointMetadata> read(Path metadata) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
            return Optional.of(Checkpoints.loadCheckpointMetadata(
                    in,
                    CheckpointSize.class.getClassLoader(),
                    metadata.getParent().toUri().toString()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
