package io.talflow.gateway.data;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A value that this node holds, in memory, on disk or both. Its content never changes. */
public final class Value {
    private static final int PIECE = 256 * 1024;

    private final Descriptor descriptor;
    private final Path file;
    private byte[] memory;
    private boolean onDisk;
    private boolean checked;
    private boolean freed;

    private Value(Descriptor descriptor, Path file, byte[] memory, boolean onDisk, boolean checked) {
        this.descriptor = descriptor;
        this.file = file;
        this.memory = memory;
        this.onDisk = onDisk;
        this.checked = checked;
    }

    /** @param file where it is to be written */
    static Value inMemory(Descriptor descriptor, Path file, byte[] content) {
        return new Value(descriptor, file, content, false, true);
    }

    /** @param checked false: found after a restart, and nobody has compared it with its checksum yet */
    static Value onDisk(Descriptor descriptor, Path file, boolean checked) {
        return new Value(descriptor, file, null, true, checked);
    }

    public Descriptor descriptor() {
        return descriptor;
    }

    Path file() {
        return file;
    }

    /** Null: only on disk. */
    synchronized byte[] memory() {
        return memory;
    }

    synchronized boolean isOnDisk() {
        return onDisk;
    }

    synchronized void written() {
        onDisk = true;
    }

    /** @return bytes of memory that are free now; 0 if it has none, or is nowhere else */
    synchronized long leaveMemory() {
        if (memory == null || !onDisk && !freed) {
            return 0;
        }
        long length = memory.length;
        memory = null;
        return length;
    }

    synchronized boolean isChecked() {
        return checked;
    }

    synchronized void hasBeenChecked() {
        checked = true;
    }

    /** Whether the content is what was put, by its checksum. */
    boolean matchesChecksum() throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[PIECE];
        try (InputStream in = open(0)) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                crc.update(buffer, 0, length);
            }
        }
        return "%08x".formatted(crc.getValue()).equals(descriptor.crc32c());
    }

    synchronized void free() {
        freed = true;
    }

    synchronized boolean isFreed() {
        return freed;
    }

    /** Takes a piece of a value's content, all of it before it returns. */
    public interface Sink {
        void write(ByteBuffer piece) throws IOException;
    }

    /**
     * Hands over a part of the content, from memory as it is, from disk in pieces of native memory, so that no more copies of
     * it are made than the system needs.
     */
    public void send(long from, long bytes, Sink sink) throws IOException {
        byte[] content = memory();
        if (content != null) {
            sink.write(ByteBuffer.wrap(content, (int) from, (int) bytes));
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, Math.max(1, bytes)));
            for (long at = from; at < from + bytes; ) {
                piece.clear().limit((int) Math.min(piece.capacity(), from + bytes - at));
                int length = channel.read(piece, at);
                if (length < 0) {
                    throw new EOFException("%s ends %d bytes early".formatted(file, from + bytes - at));
                }
                sink.write(piece.flip());
                at += length;
            }
        }
    }

    /** The content from an offset on. A value that is freed meanwhile can be read to its end. */
    public InputStream open(long from) throws IOException {
        byte[] content = memory();
        if (content != null) {
            return new ByteArrayInputStream(content, (int) from, content.length - (int) from);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        return Channels.newInputStream(channel.position(from));
    }
}
