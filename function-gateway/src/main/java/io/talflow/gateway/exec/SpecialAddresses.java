package io.talflow.gateway.exec;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that are no public ones, and what they are.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA's IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">and IPv6</a>
 */
final class SpecialAddresses {
    private record Block(byte[] prefix, int bits, String kind) {
        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit)) & 0xff;
                if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Block> BLOCKS = blocks(
            "0.0.0.0/8 unspecified",
            "10.0.0.0/8 private",
            "100.64.0.0/10 private",
            "127.0.0.0/8 loopback",
            "169.254.0.0/16 link-local",
            "172.16.0.0/12 private",
            "192.0.0.0/24 reserved",
            "192.0.2.0/24 documentation",
            "192.88.99.0/24 reserved",
            "192.168.0.0/16 private",
            "198.18.0.0/15 benchmarking",
            "198.51.100.0/24 documentation",
            "203.0.113.0/24 documentation",
            "224.0.0.0/4 multicast",
            "240.0.0.0/4 reserved",
            "::1/128 loopback",
            "::/96 unspecified",
            "64:ff9b:1::/48 private",
            "100::/64 reserved",
            "2001::/23 reserved",
            "2001:db8::/32 documentation",
            "2002::/16 reserved",
            "3fff::/20 documentation",
            "5f00::/16 reserved",
            "fc00::/7 private",
            "fe80::/10 link-local",
            "fec0::/10 private",
            "ff00::/8 multicast");
    /** An IPv4 address in IPv6's clothes is judged by the IPv4 address. */
    private static final List<Block> CARRIERS = blocks("::ffff:0:0:0/96 carrier", "64:ff9b::/96 carrier");

    private static final int IPV4_BYTES = 4;

    private SpecialAddresses() {}

    /** What an address is, such as {@code private}; empty if it is a public one. */
    static Optional<String> kind(InetAddress address) {
        return kind(address.getAddress());
    }

    private static Optional<String> kind(byte[] address) {
        if (CARRIERS.stream().anyMatch(block -> block.holds(address)) || isMapped(address)) {
            return kind(Arrays.copyOfRange(address, address.length - IPV4_BYTES, address.length));
        }
        return BLOCKS.stream()
                .filter(block -> block.holds(address))
                .map(Block::kind)
                .findFirst();
    }

    /** {@code ::ffff:a.b.c.d}; the JDK reads those as IPv4, so a block of them cannot be written as text. */
    private static boolean isMapped(byte[] address) {
        if (address.length == IPV4_BYTES) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[10] == -1 && address[11] == -1;
    }

    private static List<Block> blocks(String... lines) {
        List<Block> blocks = new ArrayList<>();
        for (String line : lines) {
            String[] parts = line.split("[/ ]");
            try {
                blocks.add(
                        new Block(InetAddress.getByName(parts[0]).getAddress(), Integer.parseInt(parts[1]), parts[2]));
            } catch (UnknownHostException e) {
                throw new IllegalStateException(line, e);
            }
        }
        return List.copyOf(blocks);
    }
}
