package io.talflow.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A control group")
class CgroupTest {
    @TempDir
    Path root;

    private Cgroup cgroup(String membership) throws IOException {
        return Cgroup.of(Files.writeString(root.resolve("membership"), membership), root.resolve("mounts"));
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve("mounts").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void ofVersion2IsBoundedByTheTightestOfThoseAroundIt() throws IOException {
        file("pod/cpu.max", "150000 100000\n");
        file("pod/memory.max", "1073741824\n");
        file("pod/node/cpu.max", "max 100000\n");
        file("pod/node/memory.max", "4294967296\n");
        file("pod/node/memory.current", "300000000\n");
        file("pod/node/memory.stat", "anon 1\ninactive_file 100000000\n");
        file("pod/node/cpu.stat", "usage_usec 2000000\nuser_usec 1\n");
        Cgroup cgroup = cgroup("0::/pod/node\n");
        assertThat(cgroup.cores()).hasValue(1.5);
        assertThat(cgroup.memoryLimit()).hasValue(1L << 30);
        assertThat(cgroup.memoryUsed()).hasValue(200_000_000);
        assertThat(cgroup.cpuNanos()).hasValue(2_000_000_000L);
    }

    @Test
    void ofVersion1IsReadFromItsControllersMounts() throws IOException {
        file("cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n");
        file("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
        file("cpu,cpuacct/job/cpuacct.usage", "77\n");
        file("memory/job/memory.limit_in_bytes", "536870912\n");
        file("memory/job/memory.usage_in_bytes", "200\n");
        file("memory/job/memory.stat", "total_inactive_file 50\n");
        Cgroup cgroup = cgroup("4:memory:/job\n2:cpu,cpuacct:/job\n0::/job\n");
        assertThat(cgroup.cores()).hasValue(0.5);
        assertThat(cgroup.cpuNanos()).hasValue(77);
        assertThat(cgroup.memoryLimit()).hasValue(1L << 29);
        assertThat(cgroup.memoryUsed()).hasValue(150);
    }

    @Test
    void inAContainerIsSeenAsTheRoot() throws IOException {
        file("memory/memory.limit_in_bytes", "536870912\n");
        assertThat(cgroup("4:memory:/not/visible/here\n").memoryLimit()).hasValue(1L << 29);
    }

    @Test
    void withoutBoundsBoundsNothing() throws IOException {
        file("cpu/cpu.cfs_quota_us", "-1\n");
        file("cpu/cpu.cfs_period_us", "100000\n");
        file("memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("cpu.max", "max 100000\n");
        file("memory.max", "max\n");
        Cgroup cgroup = cgroup("4:memory:/\n2:cpu:/\n0::/\n");
        assertThat(cgroup.cores()).isEmpty();
        assertThat(cgroup.memoryLimit()).isEmpty();
    }

    @Test
    void thatCannotBeReadBoundsNothing() throws IOException {
        file("memory.max", "a lot\n");
        assertThat(cgroup("0::/\nnonsense\n").memoryLimit()).isEmpty();
        Cgroup none = Cgroup.of(root.resolve("no"), root.resolve("none"));
        assertThat(none.cores()).isEmpty();
        assertThat(none.memoryUsed()).isEmpty();
        assertThat(none.cpuNanos()).isEmpty();
    }
}
