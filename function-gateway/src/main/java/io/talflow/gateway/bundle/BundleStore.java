package io.talflow.gateway.bundle;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.auth.PeerAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Bundles on disk, by version: the zip as it came, and a directory with its files that functions run in. */
public final class BundleStore {
    private static final Pattern VERSION = Pattern.compile("[0-9a-f]{16}");

    private final Path directory;
    private final Supplier<List<String>> sources;
    private final PeerAccess access;
    private final HttpClient http;

    /**
     * @param sources addresses of the gateways that may have a bundle that is missing here, in the order they are asked
     * @param access to them
     * @throws IOException if their authority's certificates cannot be read
     */
    public BundleStore(Path directory, Supplier<List<String>> sources, PeerAccess access) throws IOException {
        this.directory = directory;
        this.sources = sources;
        this.access = access;
        HttpClient.Builder client = client();
        access.trust().ifPresent(client::sslContext);
        http = client.build();
    }

    private static HttpClient.Builder client() {
        return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
    }

    /** Stores a bundle; nothing happens if it is there. */
    public void put(Bundle bundle) throws IOException {
        Path target = directory.resolve(bundle.version());
        if (Files.exists(target)) {
            return;
        }
        Files.createDirectories(directory);
        Path drafts = Files.createTempDirectory(directory, "new-");
        try {
            put(bundle, drafts, target);
        } finally {
            delete(drafts);
        }
    }

    private void put(Bundle bundle, Path drafts, Path target) throws IOException {
        Path unpacked = Files.createDirectory(drafts.resolve("files"));
        for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
            Path path = unpacked.resolve(file.getKey()).normalize();
            if (!path.startsWith(unpacked)) {
                throw new IOException(file.getKey() + " leads out of the bundle");
            }
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
            if (isProgram(file.getValue()) && !path.toFile().setExecutable(true)) {
                throw new IOException(file.getKey() + " cannot be made executable");
            }
        }
        Path zip = drafts.resolve("zip");
        Files.write(zip, bundle.zip());
        Files.move(zip, zip(bundle.version()), StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.exists(target)) {
                throw e;
            }
        }
    }

    /** Of a bundle that could not be kept, or that another upload kept first; a disk that is full stays full otherwise. */
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A script that names its interpreter, or an ELF file; a zip need not tell that a file is to be executable. */
    private static boolean isProgram(byte[] file) {
        return file.length > 4
                && (file[0] == '#' && file[1] == '!'
                        || file[0] == 0x7f && file[1] == 'E' && file[2] == 'L' && file[3] == 'F');
    }

    /** The zip of a version, as it was uploaded. */
    public Optional<byte[]> zipOf(String version) throws IOException {
        return VERSION.matcher(version).matches() && Files.exists(zip(version))
                ? Optional.of(Files.readAllBytes(zip(version)))
                : Optional.empty();
    }

    /**
     * The directory of a version's files, fetched if need be. Blocks.
     *
     * @throws IOException if the bundle is nowhere; the message says where it was looked for
     */
    public Path files(String version) throws IOException {
        Path files = directory.resolve(version);
        if (!Files.exists(files)) {
            fetchOnce(version, files);
        }
        return files;
    }

    /** Many functions of a task may want it at the same moment. */
    private synchronized void fetchOnce(String version, Path files) throws IOException {
        if (!Files.exists(files)) {
            fetch(version);
        }
    }

    private void fetch(String version) throws IOException {
        List<String> missing = new ArrayList<>();
        for (String source : sources.get()) {
            try {
                fetch(version, URI.create(source + "/v1/bundles/" + version));
                return;
            } catch (IOException e) {
                missing.add(e.getMessage() == null ? "%s: %s".formatted(source, e) : e.getMessage());
            }
        }
        throw new IOException("bundle %s is not on this node%s"
                .formatted(
                        version,
                        missing.isEmpty()
                                ? ", --control names no other and no other is heard"
                                : "; " + String.join("; ", missing)));
    }

    private void fetch(String version, URI uri) throws IOException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60));
            access.headers().forEach(request::header);
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() == 401 || response.statusCode() == 403) {
                throw new IOException("%s wants a token of role node; give --peer-token-file FILE".formatted(uri));
            }
            if (response.statusCode() != 200) {
                throw new IOException("%s answered %d".formatted(uri, response.statusCode()));
            }
            Bundle bundle = Bundle.read(response.body());
            if (!bundle.version().equals(version)) {
                throw new IOException("%s has other content than its version says".formatted(uri));
            }
            put(bundle);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fetching " + uri, e);
        } catch (GatewayFailure e) {
            throw new IOException("%s is no bundle: %s".formatted(uri, e.getMessage()), e);
        }
    }

    /** @throws GatewayFailure if there is room for no more, or the disk fails */
    public void store(Bundle bundle) {
        try {
            put(bundle);
        } catch (IOException e) {
            throw new GatewayFailure(GatewayError.INTERNAL, "the bundle cannot be stored: " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw new GatewayFailure(GatewayError.INTERNAL, "the bundle cannot be stored: " + e.getCause());
        }
    }

    private Path zip(String version) {
        return directory.resolve(version + ".zip");
    }
}
