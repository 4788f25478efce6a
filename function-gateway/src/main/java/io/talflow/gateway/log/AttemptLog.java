package io.talflow.gateway.log;

import io.talflow.gateway.secret.MaskedStream;
import io.talflow.gateway.secret.Secrets;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one attempt prints: its first {@link FunctionLogs#MAX_BYTES} on disk, as it is printed, and in memory its last lines.
 * There is a file when something was printed. No value of a secret is in it, though it may come in parts: what may be a
 * part of one is written when the rest has come, or the end.
 */
public final class AttemptLog implements AutoCloseable {
    static final int TAIL_BYTES = 8 * 1024;
    static final int TAIL_LINES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(AttemptLog.class);

    private final Path file;
    private final Secrets secrets;
    private final MaskedStream masked;
    private OutputStream out;
    private long written;
    private boolean ended;
    private byte[] last = {};

    AttemptLog(Path file, Secrets secrets) {
        this.file = file;
        this.secrets = secrets;
        this.masked = secrets.stream();
    }

    /** Never fails: a log that cannot be kept is told once in the gateway's own. */
    public synchronized void write(byte[] bytes, int length) {
        remember(bytes, length);
        if (secrets.isEmpty()) {
            keep(bytes, length);
            return;
        }
        keep(masked.next(bytes, length));
        if (ended) {
            keep(masked.rest());
        }
    }

    /** The attempt has ended; what may still be on its way is added. */
    public synchronized void ended() {
        ended = true;
        keep(masked.rest());
    }

    private void keep(byte[] bytes) {
        keep(bytes, bytes.length);
    }

    private void keep(byte[] bytes, int length) {
        int kept = (int) Math.min(length, FunctionLogs.MAX_BYTES + 1L - written); // the byte too much says: truncated
        if (kept <= 0) {
            return;
        }
        try {
            if (out == null) {
                Files.createDirectories(file.getParent());
                out = Files.newOutputStream(file);
            }
            out.write(bytes, 0, kept);
            written += kept;
        } catch (IOException e) {
            LOG.error("The log {} cannot be kept", file, e);
            written = FunctionLogs.MAX_BYTES + 1L;
        }
    }

    private void remember(byte[] bytes, int length) {
        int most = TAIL_BYTES + secrets.longest();
        int from = Math.max(0, length - most);
        int old = Math.min(last.length, most - (length - from));
        byte[] joined = Arrays.copyOfRange(last, last.length - old, last.length + length - from);
        System.arraycopy(bytes, from, joined, old, length - from);
        last = joined;
    }

    /** The last lines: at most 20, and 8 KiB. */
    public synchronized String tail() {
        byte[] shown = secrets.masked(last);
        return lastLines(Arrays.copyOfRange(shown, Math.max(0, shown.length - TAIL_BYTES), shown.length));
    }

    static String lastLines(byte[] bytes) {
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    @Override
    public synchronized void close() throws IOException {
        keep(masked.rest());
        if (out != null) {
            out.close();
        }
    }
}
