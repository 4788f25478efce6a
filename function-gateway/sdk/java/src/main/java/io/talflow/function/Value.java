package io.talflow.function;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A value to hand over, of any size.
 *
 * @param content where its bytes are, which may be read more than once
 * @param nodes on how many other nodes it will be read; empty: as earlier values of the function were
 * @param replicated whether it goes to the remote store, too, and outlives its node; empty: as is faster
 */
public record Value(Content content, String mediaType, OptionalInt nodes, Optional<Boolean> replicated) {
    private static final String BYTES = "application/octet-stream";

    /** Bytes that can be read from their beginning as often as needed. */
    public interface Content {
        long size() throws IOException;

        InputStream open() throws IOException;
    }

    public static Value of(byte[] bytes) {
        return of(new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        });
    }

    /** A file's content, which must not change meanwhile. */
    public static Value of(Path file) {
        return of(new Content() {
            @Override
            public long size() throws IOException {
                return Files.size(file);
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        });
    }

    public static Value of(Content content) {
        return new Value(content, BYTES, OptionalInt.empty(), Optional.empty());
    }

    public Value as(String type) {
        return new Value(content, type, nodes, replicated);
    }

    public Value forNodes(int count) {
        return new Value(content, mediaType, OptionalInt.of(count), replicated);
    }

    public Value replicated(boolean toRemoteStore) {
        return new Value(content, mediaType, nodes, Optional.of(toRemoteStore));
    }
}
