package io.talflow.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What {@code apply} uploads: the workflow's text, and, at or under its folder, the Python files,
 * {@code requirements.txt} and the files that its commands name. Hidden folders, caches and build output are left out; a
 * workflow with neither Python nor commands uploads its text alone.
 */
final class Bundle {
    static final int MAX_FILES = 2_000;
    static final long MAX_BYTES = 32L * 1024 * 1024;
    private static final Set<String> SKIPPED = Set.of("__pycache__", "node_modules", "target", "venv");

    private Bundle() {}

    /**
     * @param file the workflow's path
     * @param text what is registered under the file's name
     * @param withCode whether functions of the folder are needed
     */
    static byte[] zip(Path file, String text, boolean withCode) throws IOException {
        return zip(file, text, withCode, Set.of());
    }

    /** @param named further files, relative to the folder, where they exist */
    static byte[] zip(Path file, String text, boolean withCode, Set<Path> named) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Map<String, byte[]> files = withCode ? code(folder, named) : new TreeMap<>();
        files.put(file.getFileName().toString(), text.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                ZipEntry item = new ZipEntry(entry.getKey());
                item.setTime(0);
                zip.putNextEntry(item);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> code(Path folder, Set<Path> named) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        long[] size = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName() == null
                        ? ""
                        : directory.getFileName().toString();
                boolean skip = !directory.equals(folder) && (name.startsWith(".") || SKIPPED.contains(name));
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                boolean wanted = name.endsWith(".py")
                        || name.equals("requirements.txt")
                        || named.contains(folder.relativize(file));
                if (!attributes.isRegularFile() || !wanted) {
                    return FileVisitResult.CONTINUE;
                }
                size[0] += attributes.size();
                if (files.size() >= MAX_FILES || size[0] > MAX_BYTES) {
                    throw CommandFailed.badInput(
                            "the code under %s is more than %d files or %d MiB; give the workflow a folder of its own"
                                    .formatted(folder, MAX_FILES, MAX_BYTES >> 20));
                }
                files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
