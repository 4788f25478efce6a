package io.talflow.gateway.data;

import io.talflow.gateway.DaemonThreads;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;

/**
 * A value that is being received, maybe in several goes. Space is taken before bytes are, so that a value which is there is
 * never lost for want of room. Closed without {@link #finish} it leaves nothing.
 */
final class Incoming implements AutoCloseable {
    private static final int BUFFER = 512 * 1024;
    /** Write what has come while the next comes. */
    private static final Executor WRITERS = Executors.newCachedThreadPool(new DaemonThreads("data-receiver"));

    private static final long STEP = 1L << 20;

    /** Room for the bytes; throws if there is none. */
    interface Room {
        void take(long bytes);

        void give(long bytes);
    }

    private final Room room;
    private final byte[] memory;
    private final Path part;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private long taken;
    private long received;
    private boolean finished;

    /** @param memory an array of the value's size to be filled, space for which is taken; null: a file */
    Incoming(Room room, long expected, byte[] memory, Path part) throws IOException {
        this.room = room;
        this.memory = memory;
        this.part = part;
        room.take(Math.max(0, expected));
        taken = Math.max(0, expected);
        try {
            channel = memory != null
                    ? null
                    : FileChannel.open(
                            part, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            room.give(taken);
            throw e;
        }
    }

    long received() {
        return received;
    }

    /** 8 hex digits, of what has been received. */
    String crc32c() {
        return "%08x".formatted(crc.getValue());
    }

    byte[] memory() {
        return memory;
    }

    /** The file that it goes to; not for one in memory. */
    Path part() {
        return part;
    }

    /** Takes room for so many bytes, before anything came. */
    void reserve(long bytes) {
        room.take(bytes - taken);
        taken = bytes;
    }

    /** Takes what another process has written to the file, up to a length. */
    void takeWritten(long upTo) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER);
        while (received < upTo) {
            bytes.clear().limit((int) Math.min(BUFFER, upTo - received));
            int length = channel.read(bytes, received);
            if (length < 0) {
                throw new EOFException("%s ends after %d of %d bytes".formatted(part, received, upTo));
            }
            crc.update(bytes.flip());
            received += length;
        }
    }

    /** Takes all there is; after an exception what came before it stays taken, and another go may bring the rest. */
    void read(InputStream in) throws IOException {
        if (memory != null) {
            readIntoMemory(in);
            return;
        }
        Piece piece = new Piece();
        Piece spare = null;
        CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
        try {
            while (piece.fill(in)) {
                await(writing);
                Piece full = piece;
                writing = CompletableFuture.runAsync(() -> writeBeside(full), WRITERS);
                piece = spare == null ? new Piece() : spare;
                spare = full;
            }
        } finally {
            await(writing);
        }
        write(piece);
        if (piece.broken != null) {
            throw piece.broken;
        }
    }

    /** What has come and is not written yet. */
    private static final class Piece {
        private final byte[] bytes = new byte[BUFFER];
        private int length;
        private IOException broken;

        /** @return whether it is full; if not, there is no more, or the stream is broken */
        boolean fill(InputStream in) {
            length = 0;
            try {
                while (length < bytes.length) {
                    int read = in.read(bytes, length, bytes.length - length);
                    if (read < 0) {
                        return false;
                    }
                    length += read;
                }
                return true;
            } catch (IOException e) {
                broken = e;
                return false;
            }
        }
    }

    private void write(Piece piece) throws IOException {
        while (received + piece.length > taken) {
            room.take(STEP);
            taken += STEP;
        }
        ByteBuffer bytes = ByteBuffer.wrap(piece.bytes, 0, piece.length);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        crc.update(piece.bytes, 0, piece.length);
        received += piece.length;
    }

    private void writeBeside(Piece piece) {
        try {
            write(piece);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static void await(CompletableFuture<Void> writing) throws IOException {
        try {
            writing.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException unwritten) {
                throw unwritten;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private void readIntoMemory(InputStream in) throws IOException {
        while (received < memory.length) {
            int length = in.read(memory, (int) received, memory.length - (int) received);
            if (length < 0) {
                return;
            }
            crc.update(memory, (int) received, length);
            received += length;
        }
        if (in.read() >= 0) {
            throw new IOException("there is more than the %d bytes announced".formatted(memory.length));
        }
    }

    /** Begins from nothing again. */
    void restart() throws IOException {
        received = 0;
        crc.reset();
        if (channel != null) {
            channel.truncate(0);
            channel.position(0);
        }
    }

    /** It is whole: what was taken of the space beyond its size is given back, and its file gets its name. */
    void finish(Path file) throws IOException {
        if (channel != null) {
            channel.truncate(received);
            channel.close();
            Files.move(part, file);
        }
        room.give(taken - received);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        if (finished) {
            return;
        }
        room.give(taken);
        if (channel != null) {
            channel.close();
            Files.deleteIfExists(part);
        }
    }
}
