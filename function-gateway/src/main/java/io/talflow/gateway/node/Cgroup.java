package io.talflow.gateway.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The bounds of this process's control group and of those around it, and what the group uses; version 2, and version 1 where a
 * controller is in none of version 2. Files are read at each call: a bound may be changed while the process runs.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 */
final class Cgroup {
    /** Version 1 says "no bound" by the largest multiple of a page. */
    private static final long UNBOUNDED = Long.MAX_VALUE / 2;

    private final List<Path> unified;
    private final List<Path> cpu;
    private final List<Path> cpuAccounting;
    private final List<Path> memory;

    private Cgroup(List<Path> unified, List<Path> cpu, List<Path> cpuAccounting, List<Path> memory) {
        this.unified = unified;
        this.cpu = cpu;
        this.cpuAccounting = cpuAccounting;
        this.memory = memory;
    }

    static Cgroup ofThisProcess() {
        return of(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
    }

    /**
     * @param membership as {@code /proc/PID/cgroup}
     * @param mounts where the hierarchies are mounted; one that is not there bounds nothing
     */
    static Cgroup of(Path membership, Path mounts) {
        List<Path> unified = List.of();
        List<Path> cpu = List.of();
        List<Path> cpuAccounting = List.of();
        List<Path> memory = List.of();
        for (String line : lines(membership)) {
            String[] parts = line.split(":", 3); // number, controllers, path
            if (parts.length < 3) {
                continue;
            }
            if (parts[1].isEmpty()) {
                unified = groups(mounts, parts[2]);
            }
            for (String controller : parts[1].split(",")) {
                Path mount = mounts.resolve(
                        Files.isDirectory(mounts.resolve(parts[1])) ? mounts.resolve(parts[1]) : Path.of(controller));
                switch (controller) {
                    case "cpu" -> cpu = groups(mount, parts[2]);
                    case "cpuacct" -> cpuAccounting = groups(mount, parts[2]);
                    case "memory" -> memory = groups(mount, parts[2]);
                    default -> {}
                }
            }
        }
        return new Cgroup(unified, cpu, cpuAccounting, memory);
    }

    /** The group's directory and those above it, as far as they can be seen; in a container often the root alone. */
    private static List<Path> groups(Path mount, String path) {
        List<Path> groups = new ArrayList<>();
        for (Path group = mount.resolve("." + path).normalize(); group.startsWith(mount); group = group.getParent()) {
            if (Files.isDirectory(group)) {
                groups.add(group);
            }
        }
        return groups;
    }

    /** Cores it may use; empty: it is not bounded. */
    OptionalDouble cores() {
        double least = Double.POSITIVE_INFINITY;
        for (Path group : unified) {
            String[] max = text(group.resolve("cpu.max")).split(" "); // quota and period in µs, or "max"
            if (max.length == 2 && isNumber(max[0]) && isNumber(max[1])) {
                least = Math.min(least, Double.parseDouble(max[0]) / Double.parseDouble(max[1]));
            }
        }
        for (Path group : cpu) {
            OptionalLong quota = number(group.resolve("cpu.cfs_quota_us"));
            OptionalLong period = number(group.resolve("cpu.cfs_period_us"));
            if (quota.orElse(-1) > 0 && period.orElse(0) > 0) {
                least = Math.min(least, (double) quota.getAsLong() / period.getAsLong());
            }
        }
        return Double.isInfinite(least) ? OptionalDouble.empty() : OptionalDouble.of(least);
    }

    /** Processor time the group has used, nanoseconds. */
    OptionalLong cpuNanos() {
        for (Path group : unified) {
            OptionalLong micros = field(group.resolve("cpu.stat"), "usage_usec");
            if (micros.isPresent()) {
                return OptionalLong.of(micros.getAsLong() * 1000);
            }
        }
        return cpuAccounting.isEmpty()
                ? OptionalLong.empty()
                : number(cpuAccounting.get(0).resolve("cpuacct.usage"));
    }

    /** Bytes it may use; empty: it is not bounded. */
    OptionalLong memoryLimit() {
        long least = UNBOUNDED;
        for (Path group : unified) {
            least = Math.min(least, number(group.resolve("memory.max")).orElse(UNBOUNDED));
        }
        for (Path group : memory) {
            least = Math.min(
                    least, number(group.resolve("memory.limit_in_bytes")).orElse(UNBOUNDED));
        }
        return least == UNBOUNDED ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** Bytes the group uses, without the file cache that it would give up first. */
    OptionalLong memoryUsed() {
        for (Path group : unified) {
            OptionalLong used = number(group.resolve("memory.current"));
            if (used.isPresent()) {
                return without(used, field(group.resolve("memory.stat"), "inactive_file"));
            }
        }
        if (memory.isEmpty()) {
            return OptionalLong.empty();
        }
        Path group = memory.get(0);
        return without(
                number(group.resolve("memory.usage_in_bytes")),
                field(group.resolve("memory.stat"), "total_inactive_file"));
    }

    private static OptionalLong without(OptionalLong used, OptionalLong cache) {
        return used.isEmpty() ? used : OptionalLong.of(Math.max(0, used.getAsLong() - cache.orElse(0)));
    }

    private static OptionalLong field(Path file, String name) {
        for (String line : lines(file)) {
            if (line.startsWith(name + " ")) {
                return number(line.substring(name.length() + 1));
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong number(Path file) {
        return number(text(file));
    }

    private static OptionalLong number(String text) {
        return isNumber(text) ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static boolean isNumber(String text) {
        return text.matches("-?\\d{1,18}");
    }

    private static String text(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of(); // no such controller here
        }
    }
}
