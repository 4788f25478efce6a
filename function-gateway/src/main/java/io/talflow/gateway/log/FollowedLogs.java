package io.talflow.gateway.log;

import io.talflow.gateway.log.FunctionLogs.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What some attempts print, from their beginnings on, each byte once. Not for several threads. */
public final class FollowedLogs {
    /** The attempts as of now. */
    @FunctionalInterface
    interface Source {
        List<AttemptOutput> outputs() throws IOException;
    }

    private record Attempt(String firing, int number) {}

    private final Source source;
    private final Map<Attempt, Long> positions = new HashMap<>();

    FollowedLogs(Source source) {
        this.source = source;
    }

    /** The whole lines that have come since the last call. */
    public List<Entry> next() throws IOException {
        return next(false);
    }

    /** What has come since, whole lines or not: nothing more will. */
    public List<Entry> rest() throws IOException {
        return next(true);
    }

    private List<Entry> next(boolean all) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (AttemptOutput output : source.outputs()) {
            Attempt attempt = new Attempt(output.firing(), output.attempt());
            long position = positions.getOrDefault(attempt, 0L);
            if (position > FunctionLogs.MAX_BYTES) {
                continue;
            }
            byte[] bytes = output.read(position);
            output.entry(position, bytes, all).ifPresent(entry -> {
                boolean ends = all || entry.truncated();
                positions.put(attempt, position + (ends ? bytes.length : AttemptOutput.wholeLines(bytes)));
                entries.add(entry);
            });
        }
        return entries;
    }
}
