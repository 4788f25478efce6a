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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
     * @param time when the last of it was printed, epoch milliseconds
     * @param node the invocation's name in its workflow
     * @param truncated there was more
     */
    public record Entry(long time, String firing, int attempt, String node, String text, boolean truncated) {}

    private final Path directory;
    /** What servers print now, by the file that it will be in. */
    private final Map<Path, AttemptOutput> running = new ConcurrentHashMap<>();

    public FunctionLogs(Path directory) {
        this.directory = directory;
    }

    /** A server prints for an attempt from an offset of its output on, until that is taken. Shown meanwhile unless secrets may be in it. */
    public void printing(Firing firing, Path output, long from, Secrets secrets) {
        if (secrets.isEmpty()) {
            running.put(
                    file(firing),
                    new AttemptOutput(firing.key().firing(), firing.key().attempt(), firing.as(), output, from));
        }
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
        } finally {
            running.remove(file(firing));
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

    /** The logs of a task that are on this node, oldest first. */
    public List<Entry> of(LogQuery query) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (AttemptOutput output : outputs(query)) {
            output.entry(0, output.read(0), true).ifPresent(entries::add);
        }
        return entries;
    }

    /** The same as they come. */
    public FollowedLogs follow(LogQuery query) {
        return new FollowedLogs(() -> outputs(query));
    }

    private List<AttemptOutput> outputs(LogQuery query) throws IOException {
        Path folder = folder(query.task());
        Map<Path, AttemptOutput> outputs = new LinkedHashMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.sorted(Comparator.comparing((Path file) -> file.toFile().lastModified())
                                .thenComparing(Path::getFileName))
                        .forEach(file -> outputs.put(file, output(file)));
            }
        }
        running.forEach((file, output) -> {
            if (file.getParent().equals(folder)) {
                outputs.put(file, output);
            }
        });
        return outputs.values().stream()
                .filter(output -> query.function().isEmpty() || query.function().equals(output.node()))
                .filter(output -> query.firing().isEmpty() || query.firing().equals(output.firing()))
                .toList();
    }

    private static AttemptOutput output(Path file) {
        String[] parts = file.getFileName().toString().split("@", 3);
        return new AttemptOutput(decode(parts[0]), Integer.parseInt(parts[1]), decode(parts[2]), file, 0);
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
