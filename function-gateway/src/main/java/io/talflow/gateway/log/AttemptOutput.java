package io.talflow.gateway.log;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where what an attempt printed is: in a file of its own or, while a server prints it, in the server's from an offset on.
 *
 * @param node the invocation's name in its workflow
 */
record AttemptOutput(String firing, int attempt, String node, Path file, long from) {
    /** What was printed after the first bytes, as far as it is kept, and one byte more if there was more. */
    byte[] read(long position) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long most = FunctionLogs.MAX_BYTES + 1L - position;
            long there = in.length() - from - position;
            byte[] bytes = new byte[(int) Math.max(0, Math.min(most, there))];
            in.seek(from + position);
            in.readFully(bytes);
            return bytes;
        } catch (FileNotFoundException | EOFException e) {
            return new byte[0]; // its server has ended or it is written anew: the next look finds it
        }
    }

    /**
     * What is shown of bytes that were read after a position; empty if there are none.
     *
     * @param all also of the last line, if it has not ended
     */
    Optional<FunctionLogs.Entry> entry(long position, byte[] bytes, boolean all) {
        boolean truncated = position + bytes.length > FunctionLogs.MAX_BYTES;
        int length = truncated ? bytes.length - 1 : all ? bytes.length : wholeLines(bytes);
        return length == 0 && !truncated
                ? Optional.empty()
                : Optional.of(new FunctionLogs.Entry(
                        file.toFile().lastModified(),
                        firing,
                        attempt,
                        node,
                        new String(bytes, 0, length, StandardCharsets.UTF_8),
                        truncated));
    }

    static int wholeLines(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }
}
