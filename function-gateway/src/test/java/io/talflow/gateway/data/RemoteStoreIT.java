package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A remote store")
class RemoteStoreIT {
    enum Kind {
        FILE,
        S3
    }

    @TempDir
    static Path directory;

    private static S3Server server;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start(Files.createDirectories(directory.resolve("s3")), "bucket");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void givesBackWhatItWasGivenFromAnyOffset(Kind kind) throws Exception {
        try (RemoteStore store = store(kind);
                Values values = new Values(directory.resolve("values-" + kind), 8 << 20, 64 << 20)) {
            for (int size : new int[] {100_000, 9 << 20}) {
                byte[] content = new byte[size];
                new Random(size).nextBytes(content);
                Value value = value(values, content);
                store.put("w/t", value);
                String id = value.descriptor().id();
                try (InputStream in = store.open("w/t", id, 0)) {
                    assertThat(in.readAllBytes()).isEqualTo(content);
                }
                try (InputStream in = store.open("w/t", id, size - 10)) {
                    assertThat(in.readAllBytes()).hasSize(10);
                }
                assertThatThrownBy(() -> store.open("w/other", id, 0)).isInstanceOf(Source.NotThere.class);
                store.delete("w/t", id);
                assertThatThrownBy(() -> store.open("w/t", id, 0)).isInstanceOf(Source.NotThere.class);
                store.delete("w/t", id);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isLeftWithoutHarmBySomebodyWhoReadsOnlyABit(Kind kind) throws Exception {
        try (RemoteStore store = store(kind);
                Values values = new Values(directory.resolve("bits-" + kind), 8 << 20, 64 << 20)) {
            Value value = value(values, new byte[5 << 20]);
            store.put("w/t", value);
            for (int i = 0; i < 5; i++) {
                try (InputStream in = store.open("w/t", value.descriptor().id(), 0)) {
                    assertThat(in.read()).isZero();
                }
            }
        }
    }

    private static RemoteStore store(Kind kind) throws IOException {
        return RemoteStore.of(
                kind == Kind.FILE ? directory.resolve("files").toUri().toString() : server.address("bucket/values"));
    }

    private static Value value(Values values, byte[] content) throws IOException {
        String id = values.newId();
        Incoming into = values.receive("w/t", id, content.length);
        into.read(new ByteArrayInputStream(content));
        return values.keep(
                into, new Descriptor(id, "w/t", "video/mp4", content.length, into.crc32c(), false, "w/t@0/f/0"));
    }
}
