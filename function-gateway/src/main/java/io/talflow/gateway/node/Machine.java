package io.talflow.gateway.node;

import io.talflow.tal.event.NodeReport.Cpu;
import io.talflow.tal.event.NodeReport.Disk;
import io.talflow.tal.event.NodeReport.Memory;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;

/** What the node has of its machine and what of that is in use: the machine's figures, or its control group's where that bounds it. */
final class Machine {
    private final Path data;
    private final Cgroup cgroup;
    private final CentralProcessor processor;
    private final GlobalMemory memory;
    private long[] ticks;
    private long cpuNanos;
    private long takenAt;

    /** @param data the directory whose file system is looked at */
    Machine(Path data, Cgroup cgroup) {
        this.data = data;
        this.cgroup = cgroup;
        SystemInfo system = new SystemInfo();
        this.processor = system.getHardware().getProcessor();
        this.memory = system.getHardware().getMemory();
        this.ticks = processor.getSystemCpuLoadTicks();
        this.cpuNanos = cgroup.cpuNanos().orElse(0);
        this.takenAt = System.nanoTime();
    }

    /** The cores in use on average since the last call. */
    Cpu cpu() {
        int present = processor.getLogicalProcessorCount();
        OptionalDouble bound = cgroup.cores();
        OptionalLong usedNanos = cgroup.cpuNanos();
        long now = System.nanoTime();
        double load = processor.getSystemCpuLoadBetweenTicks(ticks);
        double ofGroup = (double) (usedNanos.orElse(0) - cpuNanos) / Math.max(1, now - takenAt);
        ticks = processor.getSystemCpuLoadTicks();
        cpuNanos = usedNanos.orElse(0);
        takenAt = now;
        boolean bounded = bound.isPresent() && usedNanos.isPresent();
        return new Cpu(Math.min(present, bound.orElse(present)), Math.max(0, bounded ? ofGroup : load * present));
    }

    Memory memory() {
        long present = memory.getTotal();
        long limit = Math.min(present, cgroup.memoryLimit().orElse(present));
        OptionalLong used = cgroup.memoryUsed();
        return limit < present && used.isPresent()
                ? new Memory(limit, used.getAsLong())
                : new Memory(limit, present - memory.getAvailable());
    }

    /** @return zeros while the file system does not answer */
    Disk disk() {
        try {
            FileStore store = Files.getFileStore(data);
            return new Disk(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            return new Disk(0, 0);
        }
    }
}
