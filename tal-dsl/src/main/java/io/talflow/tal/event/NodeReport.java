package io.talflow.tal.event;

import io.talflow.tal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a node says of itself each second: the value of a record of {@code tal.nodes}, whose key is the node's id. A record
 * without a value is a goodbye: the node has ended and left nothing undone.
 *
 * @param node its id
 * @param instance of its journal: another one under the same id knows nothing of what the first was given
 * @param url base URL by which it is reached
 * @param startedAt epoch milliseconds, by its own clock
 */
public record NodeReport(
        String node,
        String instance,
        String url,
        State state,
        long startedAt,
        Cpu cpu,
        Memory memory,
        Disk disk,
        Functions functions) {
    /** Ids stand in lists with commas and in URLs. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    /** Whether it takes firings. */
    public enum State {
        UP,
        /** Takes no new ones and will end. */
        DRAINING,
        /** Has ended and kept what it had not finished, for when it starts again. */
        DOWN
    }

    /**
     * @param cores it may use, what its cgroup allows included
     * @param used cores at work on the machine, or in its cgroup if that has a bound
     */
    public record Cpu(double cores, double used) {}

    /** Bytes: what it may use, and what is in use, caches apart. */
    public record Memory(long limit, long used) {}

    /** Bytes of the file system of its data directory. */
    public record Disk(long total, long free) {}

    /**
     * @param running invocations without an outcome, those that wait for a place included
     * @param warm function servers and containers that wait for work
     * @param progress what running attempts last said of how far they are; not of all, if they are many
     */
    public record Functions(int running, int warm, List<Progress> progress) {
        public Functions {
            progress = List.copyOf(progress);
        }

        public Functions(int running, int warm) {
            this(running, warm, List.of());
        }

        private Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("running", (long) running);
            json.put("warm", (long) warm);
            if (!progress.isEmpty()) {
                json.put("progress", progress.stream().map(Progress::json).toList());
            }
            return json;
        }
    }

    /**
     * How far an attempt is.
     *
     * @param fraction of its work that is done, 0 to 1; -1 if it does not say
     * @param at when it said so, epoch milliseconds
     */
    public record Progress(String firing, int attempt, double fraction, String message, long at) {
        /** {@code {firing, attempt, fraction?, message?, at}}. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("firing", firing);
            json.put("attempt", (long) attempt);
            if (fraction >= 0) {
                json.put("fraction", rounded(fraction));
            }
            if (!message.isEmpty()) {
                json.put("message", message);
            }
            json.put("at", at);
            return json;
        }

        private static Progress of(Map<?, ?> json) {
            return new Progress(
                    text(json, "firing"),
                    number(json, "attempt").intValue(),
                    json.containsKey("fraction") ? number(json, "fraction").doubleValue() : -1,
                    json.containsKey("message") ? text(json, "message") : "",
                    number(json, "at").longValue());
        }
    }

    public static boolean isValidId(String node) {
        return ID.matcher(node).matches();
    }

    public byte[] json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("node", node);
        json.put("instance", instance);
        json.put("url", url);
        json.put("state", state.name());
        json.put("startedAt", startedAt);
        json.put("cpu", Map.of("cores", rounded(cpu.cores), "used", rounded(cpu.used)));
        json.put("memory", Map.of("limitBytes", memory.limit, "usedBytes", memory.used));
        json.put("disk", Map.of("totalBytes", disk.total, "freeBytes", disk.free));
        json.put("functions", functions.json());
        return Json.bytes(json);
    }

    /** @throws IllegalArgumentException if it is no report; a later version may say more than this one reads */
    public static NodeReport of(byte[] json) {
        Map<String, Object> all;
        try {
            all = Json.parseObject(json);
        } catch (Json.NotJson e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return new NodeReport(
                text(all, "node"),
                text(all, "instance"),
                text(all, "url"),
                State.valueOf(text(all, "state")),
                number(all, "startedAt").longValue(),
                new Cpu(
                        in(all, "cpu", "cores").doubleValue(),
                        in(all, "cpu", "used").doubleValue()),
                new Memory(
                        in(all, "memory", "limitBytes").longValue(),
                        in(all, "memory", "usedBytes").longValue()),
                new Disk(
                        in(all, "disk", "totalBytes").longValue(),
                        in(all, "disk", "freeBytes").longValue()),
                new Functions(
                        in(all, "functions", "running").intValue(),
                        in(all, "functions", "warm").intValue(),
                        progress(all)));
    }

    private static List<Progress> progress(Map<?, ?> all) {
        List<Progress> progress = new ArrayList<>();
        if (all.get("functions") instanceof Map<?, ?> functions && functions.get("progress") instanceof List<?> told) {
            told.forEach(one -> progress.add(Progress.of(one instanceof Map<?, ?> fields ? fields : Map.of())));
        }
        return progress;
    }

    private static String text(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("%s must be a text, is %s".formatted(name, fields.get(name)));
    }

    private static Number number(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException("%s must be a number, is %s".formatted(name, fields.get(name)));
    }

    private static Number in(Map<?, ?> fields, String group, String name) {
        return number(fields.get(group) instanceof Map<?, ?> inner ? inner : Map.of(), name);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    @Override
    public String toString() {
        return "%s (%s) at %s".formatted(node, state.name().toLowerCase(Locale.ROOT), url);
    }
}
