package io.talflow.gateway.log;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What functions printed: one file for each attempt that printed something. */
public final class FunctionLogs {
    /** Bound on one attempt's log, bytes; of a longer one the beginning is kept. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FunctionLogs.class);

    /**
     * One attempt's output.
     *
     * @param truncated there was more
     */
    public record Entry(String firing, int attempt, String node, String text, boolean truncated) {}

    private final Path directory;

    public FunctionLogs(Path directory) {
        this.directory = directory;
    }

    /**
     * Moves what a server printed during an attempt to the attempt's log.
     *
     * @param from where the server's output ended before
     * @param secrets that are to be in no log: masked in this one, and with the rest cut off the server's output
     * @return where it ends now
     */
    public long take(Firing firing, Path output, long from, Secrets secrets) {
        try {
            long to = Files.exists(output) ? Files.size(output) : from;
            if (to > from) {
                Path log = file(firing);
                Files.createDirectories(log.getParent());
                // a value that the limit would cut in two is read whole, so that it is masked
                int most = MAX_BYTES + 1 + secrets.longest();
                byte[] printed = secrets.masked(read(output, from, (int) Math.min(to - from, most)));
                Files.write(log, printed.length > MAX_BYTES ? Arrays.copyOf(printed, MAX_BYTES + 1) : printed);
            }
            if (secrets.isEmpty() || to == 0) {
                return to;
            }
            try (FileChannel written = FileChannel.open(output, StandardOpenOption.WRITE)) {
                written.truncate(0); // it is appended to, so what comes next is at its beginning
            }
            return 0;
        } catch (IOException e) {
            LOG.error("The log of {} cannot be kept", firing.key(), e);
            return from;
        }
    }

    /**
     * The log of an attempt that begins; what an earlier run of the same attempt printed is dropped when it prints.
     *
     * @param secrets that are to be in no log
     */
    public AttemptLog open(Firing firing, Secrets secrets) {
        return new AttemptLog(file(firing), secrets);
    }

    /** The logs of a task that are on this node, oldest first; those of one node or firing if named. */
    public List<Entry> of(String task, String node, String firing) throws IOException {
        Path folder = folder(task);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted(Comparator.comparing((Path file) -> file.toFile().lastModified())
                            .thenComparing(Path::getFileName))
                    .toList();
        }
        List<Entry> entries = new ArrayList<>();
        for (Path file : files) {
            String[] parts = file.getFileName().toString().split("@", 3);
            String name = URLDecoder.decode(parts[2], StandardCharsets.UTF_8);
            if ((node.isEmpty() || node.equals(name)) && (firing.isEmpty() || firing.equals(decode(parts[0])))) {
                byte[] bytes = Files.readAllBytes(file);
                boolean truncated = bytes.length > MAX_BYTES;
                int length = Math.min(bytes.length, MAX_BYTES);
                entries.add(new Entry(
                        decode(parts[0]),
                        Integer.parseInt(parts[1]),
                        name,
                        new String(bytes, 0, length, StandardCharsets.UTF_8),
                        truncated));
            }
        }
        return entries;
    }

    /** The last lines of a file after an offset. */
    public static String tail(Path file, long from) {
        try {
            long end = Files.exists(file) ? Files.size(file) : 0;
            long start = Math.max(from, end - AttemptLog.TAIL_BYTES);
            if (end <= start) {
                return "";
            }
            return AttemptLog.lastLines(read(file, start, (int) (end - start)));
        } catch (IOException e) {
            return "";
        }
    }

    /** Deletes a server's output. */
    public static void delete(Path output) {
        try {
            Files.deleteIfExists(output);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", output, e.toString());
        }
    }

    private static byte[] read(Path file, long from, int length) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            return bytes;
        }
    }

    private Path file(Firing firing) {
        String name =
                "%s@%d@%s".formatted(encode(firing.key().firing()), firing.key().attempt(), encode(firing.as()));
        return folder(firing.task()).resolve(name);
    }

    private Path folder(String task) {
        if (!TaskId.isValid(task)) {
            return directory.resolve("_").resolve("k-" + encode(task));
        }
        String workflow = TaskId.workflow(task);
        return directory.resolve(workflow).resolve("k-" + encode(task.substring(workflow.length() + 1)));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
