package io.talflow.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between two nodes: passes bytes on, and harms what comes back as a test wants. */
final class CuttingProxy implements AutoCloseable {
    private static final int LONG = 5_000;

    private final ServerSocket listener;
    private final URI target;
    private final AtomicInteger connections = new AtomicInteger();
    private final int cuts;
    private final long cutAfter;
    private volatile boolean harms;

    /** The first so many connections end after so many bytes of answers. */
    CuttingProxy(String target, int cuts, long cutAfter) throws IOException {
        this.target = URI.create(target);
        this.cuts = cuts;
        this.cutAfter = cutAfter;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Whether a bit of each long piece of an answer is changed on its way. */
    void harms(boolean now) {
        harms = now;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                Socket far = new Socket(target.getHost(), target.getPort());
                long limit = connections.incrementAndGet() <= cuts ? cutAfter : Long.MAX_VALUE;
                daemon(() -> pass(near, far, Long.MAX_VALUE));
                daemon(() -> pass(far, near, limit));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void pass(Socket from, Socket to, long limit) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            long passed = 0;
            for (int length = in.read(buffer); length >= 0 && passed < limit; length = in.read(buffer)) {
                length = (int) Math.min(length, limit - passed);
                if (harms && length > LONG) {
                    buffer[LONG] ^= 1;
                }
                out.write(buffer, 0, length);
                passed += length;
            }
        } catch (IOException e) {
            return; // the other direction has ended
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
