package io.talflow.gateway.data;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Brings a value here. A source that breaks off is asked for the rest, and one that cannot be reached is asked again, as long
 * as some of it came within the patience. What has come is compared with the checksum; if it is another, once more all of it.
 */
final class Transfer {
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    /** It came whole, twice, and is not what was put. */
    static final class Corrupt extends IOException {
        private static final long serialVersionUID = 1L;

        Corrupt(String message) {
            super(message);
        }
    }

    private final Duration patience;

    Transfer(Duration patience) {
        this.patience = patience;
    }

    /** @throws IOException the last that went wrong */
    void run(Source source, Incoming into, Wanted wanted) throws IOException {
        receive(source, into, wanted.bytes());
        if (!whole(into, wanted)) {
            into.restart();
            receive(source, into, wanted.bytes());
        }
        if (!whole(into, wanted)) {
            throw new Corrupt("%d bytes came with checksum %s, put were %d with %s"
                    .formatted(into.received(), into.crc32c(), wanted.bytes(), wanted.crc32c()));
        }
    }

    private static boolean whole(Incoming into, Wanted wanted) {
        return into.received() == wanted.bytes() && into.crc32c().equals(wanted.crc32c());
    }

    private void receive(Source source, Incoming into, long bytes) throws IOException {
        long lastCame = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        while (into.received() < bytes) {
            long before = into.received();
            IOException broken = go(source, into, bytes);
            if (into.received() > before) {
                lastCame = System.nanoTime();
                pause = FIRST_PAUSE_MILLIS;
            }
            if (broken == null) {
                continue;
            }
            if (System.nanoTime() - lastCame > patience.toNanos()) {
                throw broken;
            }
            sleep(pause);
            pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
        }
    }

    /** One go. @return why it broke off; null: it did not */
    private static IOException go(Source source, Incoming into, long bytes) throws IOException {
        try (InputStream in = source.open(into.received())) {
            into.read(in);
            return into.received() < bytes
                    ? new IOException("it ended after %d of %d bytes".formatted(into.received(), bytes))
                    : null;
        } catch (Source.NotThere e) {
            throw e;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
            return e;
        }
    }

    private static void sleep(long millis) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
