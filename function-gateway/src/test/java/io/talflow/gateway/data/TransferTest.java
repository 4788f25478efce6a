package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A transfer of a value")
class TransferTest {
    private static final byte[] CONTENT = new byte[3 << 20];

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir
    Path directory;

    private final List<Long> asked = new ArrayList<>();
    private Incoming into;

    @BeforeEach
    void open() throws IOException {
        into = new Values(directory, 1, 10 << 20).receive("w/t", "0".repeat(32), CONTENT.length);
    }

    @Test
    void goesOnWhereItBrokeOff() throws IOException {
        transfer(Duration.ofSeconds(20), from -> {
            asked.add(from);
            return asked.size() <= 3 ? breaking(from, 700_000) : from(CONTENT, from);
        });
        assertThat(asked).containsExactly(0L, 700_000L, 1_400_000L, 2_100_000L);
        assertThat(into.received()).isEqualTo(CONTENT.length);
    }

    @Test
    void asksAgainWhereNobodyAnswers() throws IOException {
        transfer(Duration.ofSeconds(20), from -> {
            asked.add(from);
            if (asked.size() < 3) {
                throw new IOException("refused");
            }
            return from(CONTENT, from);
        });
        assertThat(asked).containsExactly(0L, 0L, 0L);
    }

    @Test
    void isGivenUpWhenNothingCameForAsLongAsItsPatience() {
        assertThatThrownBy(() -> transfer(Duration.ZERO, from -> {
                    throw new IOException("refused");
                }))
                .hasMessage("refused");
    }

    @Test
    void isGivenUpAtOnceWhereTheValueIsNot() {
        assertThatThrownBy(() -> transfer(Duration.ofDays(1), from -> {
                    throw new Source.NotThere("no such value");
                }))
                .isInstanceOf(Source.NotThere.class);
    }

    @Test
    void isDoneOnceMoreIfTheChecksumIsAnother() throws IOException {
        transfer(Duration.ofSeconds(20), from -> {
            asked.add(from);
            return from(asked.size() == 1 ? altered() : CONTENT, from);
        });
        assertThat(asked).containsExactly(0L, 0L);
    }

    @Test
    void failsIfTheChecksumIsAnotherTwice() {
        assertThatThrownBy(() -> transfer(Duration.ofSeconds(20), from -> from(altered(), from)))
                .isInstanceOf(Transfer.Corrupt.class)
                .hasMessageContaining("checksum");
    }

    private void transfer(Duration patience, Source source) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(CONTENT);
        Wanted wanted = new Wanted("n", "0".repeat(32), "a/b", CONTENT.length, "%08x".formatted(crc.getValue()), false);
        new Transfer(patience).run(source, into, wanted);
    }

    private static InputStream from(byte[] content, long from) {
        return new ByteArrayInputStream(content, (int) from, content.length - (int) from);
    }

    private static byte[] altered() {
        byte[] altered = CONTENT.clone();
        altered[1 << 20] ^= 1;
        return altered;
    }

    /** Breaks after so many bytes. */
    private static InputStream breaking(long from, int bytes) {
        return new FilterInputStream(from(CONTENT, from)) {
            private int left = bytes;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (left == 0) {
                    throw new IOException("reset");
                }
                int count = super.read(buffer, offset, Math.min(left, length));
                left -= count;
                return count;
            }
        };
    }
}
