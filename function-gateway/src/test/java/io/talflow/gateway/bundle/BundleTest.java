package io.talflow.gateway.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.auth.PeerAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {
    @TempDir
    Path directory;

    @Test
    void hasTheSameVersionInWhateverOrderTheFilesCome() throws IOException {
        Bundle one = Bundle.read(zip("a.py", "1", "b/c.py", "2"));
        Bundle other = Bundle.read(zip("b/c.py", "2", "a.py", "1"));
        assertThat(one.version()).isEqualTo(other.version()).matches("[0-9a-f]{16}");
        assertThat(Bundle.read(zip("a.py", "12", "b/c.py", "")).version()).isNotEqualTo(one.version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/etc/evil", "a\\evil", "./a", "a//b", "a/..", "C:\\evil"})
    void refusesNamesThatLeadOut(String name) {
        assertThatThrownBy(() -> Bundle.read(zip(name, "x")))
                .isInstanceOfSatisfying(
                        GatewayFailure.class, e -> assertThat(e.error()).isEqualTo(GatewayError.BAD_BUNDLE));
    }

    @Test
    void refusesASymbolicLink() throws IOException {
        byte[] zip = zip("link", "/etc/passwd");
        int entry = indexOf(zip, new byte[] {'P', 'K', 1, 2});
        zip[entry + 5] = 3;
        zip[entry + 40] = (byte) 0xFF;
        zip[entry + 41] = (byte) 0xA1;
        assertThatThrownBy(() -> Bundle.read(zip)).hasMessageContaining("symbolic link");
    }

    @Test
    void refusesWhatIsNoZip() {
        assertThatThrownBy(() -> Bundle.read("tal: 1".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("not a zip");
        assertThatThrownBy(() -> Bundle.read(new byte[0])).hasMessageContaining("not a zip");
    }

    @Test
    void refusesAZipThatUnpacksToMoreThanTheLimit() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("mixed"));
            byte[] chunk = new byte[1024 * 1024];
            long seed = 17;
            new Random(seed).nextBytes(chunk); // repeats beyond what a zip looks back on, with zeros between
            Arrays.fill(chunk, 64 * 1024, chunk.length, (byte) 0);
            for (int i = 0; i < 65; i++) {
                out.write(chunk);
            }
        }
        assertThatThrownBy(() -> Bundle.read(bytes.toByteArray()))
                .isInstanceOfSatisfying(
                        GatewayFailure.class, e -> assertThat(e.error()).isEqualTo(GatewayError.TOO_LARGE));
    }

    @Test
    void refusesABombBeforeItIsUnpacked() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int file = 0; file < 4; file++) {
                out.putNextEntry(new ZipEntry("zeros" + file));
                out.write(new byte[12 * 1024 * 1024]);
            }
        }
        assertThat(bytes.size()).isLessThan(64 * 1024);
        assertThatThrownBy(() -> Bundle.read(bytes.toByteArray()))
                .isInstanceOfSatisfying(
                        GatewayFailure.class, e -> assertThat(e.error()).isEqualTo(GatewayError.BAD_BUNDLE))
                .hasMessageContaining("more than 200 times its size");
    }

    @Test
    void refusesFoldersWithoutEnd() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i <= Bundle.MAX_FILES; i++) {
                out.putNextEntry(new ZipEntry("f" + i + "/"));
            }
        }
        assertThatThrownBy(() -> Bundle.read(bytes.toByteArray())).hasMessageContaining("10000 files");
    }

    @Test
    void refusesAFileThatIsAFolderToo() {
        assertThatThrownBy(() -> Bundle.read(zip("a", "1", "a/b/c", "2")))
                .hasMessageContaining("a is a file and a folder");
    }

    @Test
    void leavesNothingBehindWhenItCannotBeStored() throws IOException {
        Bundle bundle = Bundle.read(zip("a.py", "1"));
        Files.createDirectories(directory.resolve(bundle.version() + ".zip/in-the-way"));
        assertThatThrownBy(() -> new BundleStore(directory, List::of, PeerAccess.NONE).put(bundle))
                .isInstanceOf(IOException.class);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve(bundle.version() + ".zip"));
        }
    }

    @Test
    void refusesTooManyFiles() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i <= Bundle.MAX_FILES; i++) {
                out.putNextEntry(new ZipEntry("f" + i));
            }
        }
        assertThatThrownBy(() -> Bundle.read(bytes.toByteArray())).hasMessageContaining("10000 files");
    }

    @Test
    void storesTheFilesAndTheZip() throws IOException {
        Bundle bundle = Bundle.read(zip("a.py", "1", "b/c.py", "2"));
        BundleStore store = new BundleStore(directory, List::of, PeerAccess.NONE);
        store.put(bundle);
        store.put(bundle);
        Path files = store.files(bundle.version());
        assertThat(Files.readString(files.resolve("b/c.py"))).isEqualTo("2");
        assertThat(store.zipOf(bundle.version())).contains(bundle.zip());
        assertThat(store.zipOf("../" + bundle.version())).isEmpty();
        assertThatThrownBy(() -> store.files("0123456789abcdef")).hasMessageContaining("--control");
    }

    @Test
    void isStoredOnceHoweverManyStoreItAtTheSameMoment() throws Exception {
        Bundle bundle = Bundle.read(zip("a.py", "1", "b/c.py", "2"));
        BundleStore store = new BundleStore(directory, List::of, PeerAccess.NONE);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> stored = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                stored.add(threads.submit(() -> {
                    store.put(bundle);
                    return null;
                }));
            }
            for (Future<?> each : stored) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Files.readString(store.files(bundle.version()).resolve("a.py")))
                .isEqualTo("1");
    }

    private static byte[] zip(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndTexts[i]));
                out.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("not found");
    }
}
