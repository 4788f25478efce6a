package io.talflow.function;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * One connection, one call after another. While a call runs on another thread, this one reads ahead: the end of the stream
 * says that the caller is gone, and a byte is the next request's first.
 */
final class Connection implements Runnable {
    private static final int LINGER_MILLIS = 500;
    private static final long LINGER_BYTES = 1 << 20;

    private final Socket socket;
    private final FunctionServer server;
    private Call running;

    Connection(Socket socket, FunctionServer server) {
        this.socket = socket;
        this.server = server;
    }

    @Override
    public void run() {
        try (socket) {
            serve();
        } catch (IOException e) {
            // the other end is gone, so nobody is to be told
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server.ended(this);
        }
    }

    private void serve() throws IOException, InterruptedException {
        socket.setTcpNoDelay(true);
        PushbackInputStream in = new PushbackInputStream(new BufferedInputStream(socket.getInputStream(), 16_384));
        try {
            boolean more = true;
            while (more && !server.isStopping()) {
                Optional<Request> request = Request.read(in);
                more = request.isPresent() && isAnswered(request.get(), in);
            }
        } catch (Request.Malformed e) {
            refuse(e);
        }
    }

    /** @return whether the caller is there for more */
    private boolean isAnswered(Request request, PushbackInputStream in)
            throws IOException, InterruptedException, Request.Malformed {
        if (!request.method().equals("POST")) {
            Reply.toProbe(request.method()).write(socket.getOutputStream());
            return true;
        }
        Call call = new Call(server.context(request), request, server.replies());
        if (!begins(call)) {
            return false;
        }
        int next = readAhead(in);
        if (next < 0) {
            call.cancel();
            return false;
        }
        in.unread(next);
        call.awaitAnswer();
        return true;
    }

    private synchronized boolean begins(Call call) throws IOException {
        if (server.isStopping()) {
            return false;
        }
        var out = socket.getOutputStream();
        try {
            server.threads().execute(() -> call.run(out, this::answered));
        } catch (RejectedExecutionException e) {
            return false;
        }
        running = call;
        return true;
    }

    private synchronized void answered() {
        running = null;
        if (server.isStopping()) {
            end();
        }
    }

    /** Cancels the call that runs, which is answered still, or ends the connection if none does. */
    synchronized void stop() {
        if (running == null) {
            end();
        } else {
            running.cancel();
        }
    }

    private void end() {
        try {
            socket.close();
        } catch (IOException e) {
            // it has ended
        }
    }

    private static int readAhead(PushbackInputStream in) {
        try {
            return in.read();
        } catch (IOException e) {
            return -1;
        }
    }

    /** What it still sends is read for a while: a connection that is closed with unread bytes is reset, and the answer is lost. */
    private void refuse(Request.Malformed malformed) throws IOException {
        byte[] message = malformed.getMessage().getBytes(StandardCharsets.UTF_8);
        new Reply(malformed.status(), List.of("Connection: close"), message).write(socket.getOutputStream());
        socket.shutdownOutput();
        socket.setSoTimeout(LINGER_MILLIS);
        socket.getInputStream().skipNBytes(LINGER_BYTES);
    }
}
