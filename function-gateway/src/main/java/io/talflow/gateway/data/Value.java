package io.talflow.gateway.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A value that this node holds, in memory, on disk or both. Its content never changes. */
public final class Value {
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

    synchronized void free() {
        freed = true;
    }

    synchronized boolean isFreed() {
        return freed;
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
