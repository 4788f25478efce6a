package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.ValueOptions;
import io.talflow.gateway.auth.PeerAccess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A data proxy on a file system that is full")
class DiskFullIT {
    private static final int MB = 1 << 20;

    @TempDir
    Path directory;

    private Path small;
    private DataProxy proxy;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectories(directory.resolve("small"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small.toString()),
                "tmpfs cannot be mounted here");
        proxy = new DataProxy(
                small.resolve("values"),
                new ValueOptions(8L * MB, 100L * MB, "", Duration.ofDays(1), Duration.ofSeconds(1), Map.of()),
                "node-1",
                new Peers(Map::of, PeerAccess.NONE),
                new KnownTasks(),
                firing -> new Producers.Ended(0, "there are no functions"),
                Clock.systemUTC());
    }

    @AfterEach
    void unmount() throws Exception {
        if (proxy != null) {
            proxy.close();
            run("umount", small.toString());
        }
    }

    @Test
    void refusesWhatHasNoRoomUntilThereIsAndLosesNothing() throws Exception {
        Path ballast = Files.write(small.resolve("ballast"), new byte[2 * MB]);
        byte[] large = random(3 * MB);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> put(large))
                    .isInstanceOfSatisfying(
                            GatewayFailure.class,
                            failure -> assertThat(failure.error()).isEqualTo(GatewayError.DATA_FULL));
        }
        Files.delete(ballast);
        assertThat(read(put(large))).isEqualTo(large);
    }

    @Test
    void keepsInMemoryWhatItCannotWriteDownYet() throws Exception {
        Path ballast = Files.write(small.resolve("ballast"), new byte[3 * MB + MB / 2]);
        byte[] value = random(MB);
        Reference reference = put(value);
        assertThat(read(reference)).isEqualTo(value);
        Files.delete(ballast);
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            try (var files = Files.walk(small)) {
                assertThat(files.filter(file -> file.toString().contains(".own.")))
                        .hasSize(1);
            }
        });
    }

    private Reference put(byte[] value) {
        Put put = new Put("w/t", "w/t@0/f/0", "w/f", "v", "a/b", value.length, 0, Replicate.AUTO, false);
        return proxy.puts().take(put, new ByteArrayInputStream(value));
    }

    private byte[] read(Reference reference) throws IOException {
        Reference.Content.Held held = (Reference.Content.Held) reference.content();
        Wanted wanted = new Wanted("node-1", held.id(), reference.type(), reference.bytes(), reference.crc32c(), false);
        try (InputStream in = proxy.get(Reading.own("w/t", "w/t@0/g/0"), wanted).open(0)) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
