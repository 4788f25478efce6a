package io.talflow.gateway.exec;

import io.talflow.gateway.exec.PythonServers.CannotStart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Interpreters that have what a bundle's {@code requirements.txt} asks for: a virtual environment for each content of
 * that file, built once. Without the file it is the interpreter itself.
 */
public final class PythonEnvironments {
    private static final String RESOURCES = "/talflow-python/talflow/";
    private static final List<String> SDK = List.of(
            "__init__.py",
            "__main__.py",
            "context.py",
            "contract.py",
            "data.py",
            "loader.py",
            "serve.py",
            "server.py",
            "signals.py",
            "wire.py");

    private final String python;
    private final Path directory;
    private final Path sdk;
    private final Map<String, Object> building = new ConcurrentHashMap<>();

    /** Extracts the SDK below the directory. */
    public PythonEnvironments(String python, Path directory) throws IOException {
        this.python = python;
        this.directory = directory;
        sdk = directory.resolve("sdk");
        Path target = Files.createDirectories(sdk.resolve("talflow"));
        for (String file : SDK) {
            try (InputStream in = PythonEnvironments.class.getResourceAsStream(RESOURCES + file)) {
                if (in == null) {
                    throw new IOException("the gateway's jar lacks " + RESOURCES + file);
                }
                Files.copy(in, target.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The directory for PYTHONPATH. */
    Path sdk() {
        return sdk;
    }

    /** The interpreter's command for a bundle. Blocks while its environment is built. */
    String interpreter(Path bundle) throws CannotStart, IOException {
        Path requirements = bundle.resolve("requirements.txt");
        if (!Files.isRegularFile(requirements)) {
            return python;
        }
        String digest = digest(Files.readAllBytes(requirements));
        synchronized (building.computeIfAbsent(digest, absent -> new Object())) {
            return built(directory.resolve("venv-" + digest), requirements);
        }
    }

    private String built(Path environment, Path requirements) throws CannotStart, IOException {
        String interpreter = environment.resolve("bin").resolve("python3").toString();
        Path ready = environment.resolve("talflow-ready");
        if (!Files.exists(ready)) {
            Path output = Files.createTempFile(directory, "pip-", ".log");
            try {
                PythonServers.run(
                        List.of(python, "-m", "venv", "--system-site-packages", environment.toString()),
                        output,
                        "python3 -m venv");
                List<String> pip = new ArrayList<>(List.of(interpreter, "-m", "pip", "install"));
                pip.addAll(List.of("--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"));
                pip.addAll(List.of("-r", requirements.toString()));
                PythonServers.run(pip, output, "pip install -r requirements.txt");
                Files.createFile(ready);
            } finally {
                Files.deleteIfExists(output);
            }
        }
        return interpreter;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
