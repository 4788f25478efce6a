package io.talflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where a process listens, by Linux's {@code /proc}. */
final class ListeningSockets {
    private static final String LISTENING = "0A";
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F");
    /** 10.201.0.0/16, whose subnets are a machine's own, for the containers of its functions. */
    private static final String CONTAINERS = "C90A";

    private ListeningSockets() {}

    /**
     * @param address in hex, as the kernel has it
     * @param onlyHere whether it is there for this machine and its containers alone
     */
    record Listening(String address, int port, boolean onlyHere) {
        private static Listening of(String address, int port) {
            return new Listening(address, port, LOOPBACK.contains(address) || address.endsWith(CONTAINERS));
        }
    }

    static boolean canBeSeen() {
        return Files.isDirectory(Path.of("/proc/self/fd"));
    }

    static List<Listening> of(long pid) throws IOException {
        Set<String> own = inodes(pid);
        List<Listening> listening = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/%d/net/%s".formatted(pid, table)))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[3].equals(LISTENING) && own.contains(fields[9])) {
                    String[] local = fields[1].split(":");
                    listening.add(Listening.of(local[0], Integer.parseInt(local[1], 16)));
                }
            }
        }
        return listening;
    }

    private static Set<String> inodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (IOException e) {
                    continue; // closed meanwhile
                }
            }
        }
        return inodes;
    }
}
