package io.talflow.gateway;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;

/** A gateway as a process of its own. Prints its address when it serves; SIGTERM drains it and stops it. */
public final class GatewayMain {
    private GatewayMain() {}

    public static void main(String[] arguments) {
        PrintStream errors = System.err;
        GatewayOptions options;
        try {
            options = GatewayOptions.parse(arguments, System.getenv());
        } catch (IllegalArgumentException e) {
            errors.println(e.getMessage());
            System.exit(2);
            return;
        }
        try {
            Gateway gateway = Gateway.start(options);
            if (!options.security().authenticates()) {
                errors.println("The gateway serves everybody who reaches %s: --insecure".formatted(gateway.url()));
            } else if (!Files.exists(options.security().tokens().orElseThrow())) {
                errors.println("Nobody may call yet; make a token: talflow token create --role admin --tokens %s"
                        .formatted(options.security().tokens().orElseThrow()));
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway), "gateway-shutdown"));
            System.out.println(gateway.url());
        } catch (IOException | RuntimeException e) {
            errors.println("The gateway cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void stop(Gateway gateway) {
        gateway.drain();
        gateway.close();
    }
}
