package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where values lie on disk: a folder for each task, named by a digest of the task's id, in it a file for each value and one
 * that says which task it is. They are this user's alone. No name from outside becomes part of a path.
 */
final class Folders {
    private static final Logger LOG = LoggerFactory.getLogger(Folders.class);
    private static final String TASK = "task";
    private static final String PART = ".part";
    private static final int DIGEST_CHARACTERS = 32;

    private final Path directory;
    private final Map<String, Path> known = new ConcurrentHashMap<>();

    Folders(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwx------"));
    }

    static String folder(String task) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] digest = sha.digest(task.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The task's folder, which is there. */
    Path of(String task) throws IOException {
        Path folder = known.get(task);
        if (folder == null) {
            folder = Files.createDirectories(directory.resolve(folder(task)));
            Files.writeString(folder.resolve(TASK), task);
            known.put(task, folder);
        }
        return folder;
    }

    Path part(String task, String id) throws IOException {
        return of(task).resolve(id + PART);
    }

    Path file(Descriptor descriptor) throws IOException {
        return of(descriptor.task()).resolve(descriptor.fileName());
    }

    /** Removes an empty folder. */
    void forget(String task) {
        Path folder = known.remove(task);
        if (folder != null) {
            try {
                Files.deleteIfExists(folder.resolve(TASK));
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                LOG.warn("Folder {} of task {} stays: {}", folder, task, e.toString());
            }
        }
    }

    /** What is there from an earlier run; unfinished parts are removed. */
    List<Value> found() throws IOException {
        List<Value> values = new ArrayList<>();
        try (Stream<Path> folders = Files.list(directory)) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                Path name = folder.resolve(TASK);
                String task = Files.exists(name) ? Files.readString(name) : "";
                known.put(task, folder);
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        found(task, file, values);
                    }
                }
            }
        }
        return values;
    }

    private static void found(String task, Path file, List<Value> values) throws IOException {
        String name = file.getFileName().toString();
        Descriptor descriptor = Descriptor.ofFile(name, task, Files.size(file));
        if (descriptor != null && !task.isEmpty()) {
            values.add(Value.onDisk(descriptor, file, false));
        } else if (name.endsWith(PART)) {
            Files.delete(file);
        }
    }

    /** The failure that an error of the file system is: a full disk, which may be less full later, or another. */
    static GatewayFailure failure(IOException error) {
        boolean full = String.valueOf(error.getMessage()).contains("No space left");
        return full
                ? new GatewayFailure(GatewayError.DATA_FULL, "the disk of this node is full")
                : new GatewayFailure(GatewayError.INTERNAL, "the value cannot be stored: " + error);
    }
}
