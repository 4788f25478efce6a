package io.talflow.gateway.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import io.talflow.tal.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Images made of this machine's python3 and a test's files, loaded into the engine without a registry. */
public final class TestImages {
    private static final Path BASE = Path.of("target", "python-rootfs.tar").toAbsolutePath();

    private TestImages() {}

    /** An image that does what its calls say: {@code probe.py}. */
    public static String probe(DockerClient engine) throws Exception {
        byte[] program =
                TestImages.class.getResourceAsStream("/container/probe.py").readAllBytes();
        return python(engine, "probe", Map.of("probe.py", program), "probe.py");
    }

    /**
     * An image with files in {@code /function}, its working directory, or where their path says, whose command is {@code python3} with arguments.
     *
     * @return its name, which has the digest of its content
     */
    public static synchronized String python(
            DockerClient engine, String name, Map<String, byte[]> files, String... arguments) throws Exception {
        byte[] base = base();
        byte[] layer = layer(files);
        List<String> command = new java.util.ArrayList<>(List.of("/usr/bin/python3"));
        command.addAll(List.of(arguments));
        byte[] config = Json.bytes(Map.of(
                "architecture",
                "x86_64".equals(System.getProperty("os.arch")) || "amd64".equals(System.getProperty("os.arch"))
                        ? "amd64"
                        : "arm64",
                "os",
                "linux",
                "config",
                Map.of(
                        "Cmd",
                        command,
                        "WorkingDir",
                        "/function",
                        "Env",
                        List.of("PYTHONUNBUFFERED=1", "PATH=/usr/bin")),
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of("sha256:" + sha256(base), "sha256:" + sha256(layer)))));
        String image =
                "localhost/talflow-test/%s:%s".formatted(name, sha256(config).substring(0, 16));
        try {
            engine.inspectImageCmd(image).exec();
        } catch (NotFoundException absent) {
            engine.loadImageCmd(new ByteArrayInputStream(archive(image, config, base, layer)))
                    .exec();
        }
        return image;
    }

    /** Files of a folder, as those of an image. */
    public static Map<String, byte[]> folder(Path folder, String under) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (java.util.stream.Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(path -> path.toString().endsWith(".py")).toList()) {
                files.put(under + folder.relativize(file), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static byte[] base() throws Exception {
        if (!Files.exists(BASE)) {
            Files.createDirectories(BASE.getParent());
            Process packing = new ProcessBuilder(
                            "bash",
                            Path.of("..", "infra", "images", "rootfs.sh").toString(),
                            "python",
                            BASE.toString())
                    .inheritIO()
                    .start();
            if (packing.waitFor() != 0) {
                throw new IOException("rootfs.sh failed");
            }
        }
        return Files.readAllBytes(BASE);
    }

    private static byte[] layer(Map<String, byte[]> files) throws IOException {
        Map<String, byte[]> sorted = new TreeMap<>();
        files.forEach(
                (path, bytes) -> sorted.put(path.startsWith("/") ? path.substring(1) : "function/" + path, bytes));
        return tar(sorted);
    }

    private static byte[] archive(String image, byte[] config, byte[] base, byte[] layer) throws IOException {
        Map<String, byte[]> parts = new TreeMap<>();
        parts.put("config.json", config);
        parts.put("base.tar", base);
        parts.put("layer.tar", layer);
        parts.put(
                "manifest.json",
                Json.bytes(List.of(Map.of(
                        "Config",
                        "config.json",
                        "RepoTags",
                        List.of(image),
                        "Layers",
                        List.of("base.tar", "layer.tar")))));
        return tar(parts);
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
