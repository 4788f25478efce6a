package io.talflow.function;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a container runs: {@code PORT=8080 java -cp app.jar:talflow-function.jar io.talflow.function.Serve HANDLER}, the name
 * of a class that implements {@link Handler} and has a constructor without parameters. SIGTERM cancels what runs, lets it
 * answer, and ends the process with exit code 0.
 */
public final class Serve {
    private Serve() {}

    /** Exit code 1 if there is no such handler or the port is taken, 2 if the command is wrong. */
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("usage: PORT=8080 java -cp ... io.talflow.function.Serve HANDLER");
            System.exit(2);
        }
        try {
            Handler handler = (Handler)
                    Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
            serve(handler, Integer.parseInt(System.getenv().getOrDefault("PORT", "8080")), arguments[0]);
        } catch (ReflectiveOperationException | ClassCastException | IOException e) {
            System.err.println("talflow: %s cannot be served: %s".formatted(arguments[0], e));
            System.exit(1);
        }
    }

    private static void serve(Handler handler, int port, String name) throws IOException {
        FunctionServer server = new FunctionServer(handler, port);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, main), "stop"));
        System.err.println("talflow: %s serves at port %d".formatted(name, server.port()));
        server.serve();
    }

    /** Called when the process is asked to end; the JVM would say 143. */
    private static void stop(FunctionServer server, Thread main) {
        try {
            server.close();
            main.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }
}
