package io.talflow.eval;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Copies of a file with nothing of Talflow in them. Each makes a new file, which is removed after the clock was read. */
final class Copies implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;

    private final Process shell;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    Copies() throws IOException {
        shell = new ProcessBuilder("sh")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = shell.outputWriter(StandardCharsets.UTF_8);
        answers = shell.inputReader(StandardCharsets.UTF_8);
    }

    /** The system's {@code cp}, its start included, by a shell that runs: Java starts a process more slowly. @return nanoseconds */
    long cp(Path from, Path to) throws IOException {
        long began = System.nanoTime();
        commands.write("cp '%s' '%s' && echo copied || echo failed\n".formatted(from, to));
        commands.flush();
        String answer = answers.readLine();
        long took = System.nanoTime() - began;
        if (!"copied".equals(answer)) {
            throw new IOException("cp from %s to %s: %s".formatted(from, to, answer));
        }
        Files.delete(to);
        return took;
    }

    /** A file of so many random bytes. */
    static void fill(Path file, int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Files.write(file, content);
    }

    /** Over a connection on loopback, which is opened for it, as large pieces of native memory. @return nanoseconds */
    static long tcp(Path from, Path to) throws Exception {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            long began = System.nanoTime();
            CompletableFuture<Void> received = CompletableFuture.runAsync(() -> receive(listener, to));
            try (SocketChannel out = SocketChannel.open(listener.getLocalAddress());
                    FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
                copy(in, out);
            }
            received.get();
            long took = System.nanoTime() - began;
            Files.delete(to);
            return took;
        }
    }

    private static void receive(ServerSocketChannel listener, Path to) {
        try (SocketChannel in = listener.accept();
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            copy(in, out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void copy(ReadableByteChannel in, WritableByteChannel out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        while (in.read(buffer.clear()) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
    }

    @Override
    public void close() {
        shell.destroy();
    }
}
