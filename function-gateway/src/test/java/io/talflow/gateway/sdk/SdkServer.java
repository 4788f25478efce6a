package io.talflow.gateway.sdk;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A function server of an SDK, as a process. */
final class SdkServer implements AutoCloseable {
    private static final Pattern SERVES = Pattern.compile("serves at port (\\d+)");

    private final Process process;
    private final Thread reader;
    private final StringBuffer printed = new StringBuffer();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    SdkServer(List<String> command, File folder, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder).redirectErrorStream(true);
        builder.environment().put("PORT", "0");
        builder.environment().putAll(environment);
        process = builder.start();
        reader = new Thread(this::read, "sdk-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                printed.append(line).append('\n');
                Matcher serves = SERVES.matcher(line);
                if (serves.find()) {
                    port.complete(Integer.parseInt(serves.group(1)));
                }
            }
        } catch (IOException e) {
            printed.append(e);
        }
        port.completeExceptionally(new AssertionError("ended without serving: " + printed));
    }

    int port() throws Exception {
        return port.get(60, TimeUnit.SECONDS);
    }

    String printed() {
        return printed.toString();
    }

    /** Asks it to end. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** When it has ended, and all that it printed is read. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + printed);
        }
        reader.join(Duration.ofSeconds(60).toMillis());
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
