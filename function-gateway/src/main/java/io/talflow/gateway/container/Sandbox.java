package io.talflow.gateway.container;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import io.talflow.tal.model.Container;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The limits that every container has, whatever its workflow says. */
final class Sandbox {
    /** Nobody, of no group, on every distribution. */
    static final String USER = "65534:65534";

    private static final String TMPFS = "rw,noexec,nosuid,nodev,size=";
    private static final long SHM_BYTES = 16L * 1024 * 1024;
    private static final double NANOS = 1e9;
    /**
     * Whom a container without a way out asks for names: nobody answers. Docker's name server is in closed networks, too, and may
     * ask the machine's for it, and what is asked for can carry data out.
     */
    private static final String ITSELF = "127.0.0.1";

    private Sandbox() {}

    /**
     * Memory without swap, CPU, processes; nothing writable but small memory file systems, which count as its memory, without
     * programs or set-uid; no capability, and no way to get one; what it prints is not kept by the engine.
     *
     * @param values the one directory of the machine that it sees, read-only; empty: it sees none
     */
    static HostConfig limits(Container container, String network, Optional<Path> values) {
        return new HostConfig()
                .withMemory(container.memoryBytes())
                .withMemorySwap(container.memoryBytes())
                .withNanoCPUs((long) (container.cpus() * NANOS))
                .withPidsLimit((long) container.pids())
                .withReadonlyRootfs(true)
                .withTmpFs(Map.of("/tmp", TMPFS + "64m", "/run", TMPFS + "1m", "/var/tmp", TMPFS + "1m"))
                .withShmSize(SHM_BYTES)
                .withMounts(values.map(Sandbox::readOnly).map(List::of).orElse(List.of()))
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withDns(container.network() == Container.Network.OPEN ? List.of() : List.of(ITSELF))
                .withNetworkMode(network);
    }

    private static Mount readOnly(Path values) {
        return new Mount()
                .withType(MountType.BIND)
                .withSource(values.toString())
                .withTarget(ValueMount.INSIDE)
                .withReadOnly(true);
    }
}
