package io.talflow.gateway.log;

import io.talflow.gateway.secret.Secrets;
import java.io.ByteArrayOutputStream;
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
 * There is a file when something was printed. That of an attempt with secrets is written when it has ended, since a value
 * may come in parts; none is in it.
 */
public final class AttemptLog implements AutoCloseable {
    static final int TAIL_BYTES = 8 * 1024;
    static final int TAIL_LINES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(AttemptLog.class);

    private final Path file;
    private final Secrets secrets;
    private final ByteArrayOutputStream unmasked = new ByteArrayOutputStream();
    private OutputStream out;
    private long written;
    private boolean ended;
    private byte[] last = {};

    AttemptLog(Path file, Secrets secrets) {
        this.file = file;
        this.secrets = secrets;
    }

    /** Never fails: a log that cannot be kept is told once in the gateway's own. */
    public synchronized void write(byte[] bytes, int length) {
        remember(bytes, length);
        if (secrets.isEmpty()) {
            keep(bytes, length);
        } else {
            // a value that the limit would cut in two is kept whole, so that it is masked
            int most = FunctionLogs.MAX_BYTES + 1 + secrets.longest();
            unmasked.write(bytes, 0, Math.min(length, most - unmasked.size()));
            if (ended) {
                keepMasked();
            }
        }
    }

    /** The attempt has ended; what may still be on its way is added. */
    public synchronized void ended() {
        ended = true;
        keepMasked();
    }

    private void keepMasked() {
        if (unmasked.size() == 0) {
            return;
        }
        byte[] masked = secrets.masked(unmasked.toByteArray());
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, Arrays.copyOf(masked, Math.min(masked.length, FunctionLogs.MAX_BYTES + 1)));
        } catch (IOException e) {
            LOG.error("The log {} cannot be kept", file, e);
        }
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
        byte[] masked = secrets.masked(last);
        return lastLines(Arrays.copyOfRange(masked, Math.max(0, masked.length - TAIL_BYTES), masked.length));
    }

    static String lastLines(byte[] bytes) {
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    @Override
    public synchronized void close() throws IOException {
        keepMasked();
        if (out != null) {
            out.close();
        }
    }
}
