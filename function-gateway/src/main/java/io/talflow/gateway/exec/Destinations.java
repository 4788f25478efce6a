package io.talflow.gateway.exec;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where {@code http} functions may be: anywhere with a public address, and where the node's operator allows it.
 *
 * @param allowed beside public addresses
 * @param loopback whether every loopback address is allowed
 */
public record Destinations(List<Allowed> allowed, boolean loopback) {
    /** Public addresses only. */
    public static final Destinations PUBLIC = new Destinations(List.of(), false);
    /** Public addresses and this machine: for development. */
    public static final Destinations WITH_LOOPBACK = new Destinations(List.of(), true);

    private static final String LOOPBACK = "loopback";
    private static final Pattern ENTRY = Pattern.compile(
            "(?<host>(\\*\\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\\[[0-9a-f:.]+])(:(?<port>[0-9]{1,5}))?");

    public Destinations {
        allowed = List.copyOf(allowed);
    }

    /**
     * A host that is allowed whatever its address.
     *
     * @param host a name in lower case, {@code *.} before it for all below it, or an address
     * @param port 0: every one
     */
    public record Allowed(String host, int port) {
        private boolean is(String name, int calledPort) {
            boolean named = host.startsWith("*.") ? name.endsWith(host.substring(1)) : name.equals(host);
            return named && (port == 0 || port == calledPort);
        }
    }

    /** A host that may not be called. */
    static final class Refused extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Reads {@code host[:port],…}, in which {@code loopback} is this machine.
     *
     * @throws IllegalArgumentException that names the entry and the rule
     */
    public static Destinations parse(String text) {
        List<Allowed> allowed = new ArrayList<>();
        boolean loopback = false;
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String entry = part.strip().toLowerCase(Locale.ROOT);
            if (entry.equals(LOOPBACK)) {
                loopback = true;
                continue;
            }
            Matcher matcher = ENTRY.matcher(entry);
            int port = matcher.matches() && matcher.group("port") != null ? Integer.parseInt(matcher.group("port")) : 0;
            if (!matcher.matches() || port > 65_535) {
                throw new IllegalArgumentException(
                        "option --http-allow must be HOST[:PORT], several with commas between, a HOST a name, *.NAME, an address or [IPv6], or the word loopback; has '%s'"
                                .formatted(part));
            }
            allowed.add(new Allowed(matcher.group("host").replaceAll("[\\[\\]]", ""), port));
        }
        return new Destinations(allowed, loopback);
    }

    /** Finds a host's addresses. */
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /**
     * The addresses of a host that may be connected to. It is looked up once, and who connects must use these: asked again,
     * its name server could answer otherwise.
     *
     * @throws Refused if there are addresses, and none may be
     */
    List<InetAddress> resolve(String host, int port, Lookup lookup) throws UnknownHostException {
        InetAddress[] found = lookup.of(host);
        String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$|\\.$", "");
        List<InetAddress> may = new ArrayList<>();
        String why = "it has no address";
        for (InetAddress address : found) {
            Optional<String> kind = SpecialAddresses.kind(address);
            if (kind.isEmpty() || isAllowed(name, address, port)) {
                may.add(address);
            } else {
                why = "%s is a %s address".formatted(address.getHostAddress(), kind.get());
            }
        }
        if (may.isEmpty()) {
            throw new Refused("this node does not call %s: %s; its operator can allow it by --http-allow %s:%d"
                    .formatted(host, why, name.contains(":") ? "[" + name + "]" : name, port));
        }
        return may;
    }

    private boolean isAllowed(String name, InetAddress address, int port) {
        return loopback && address.isLoopbackAddress()
                || allowed.stream().anyMatch(each -> each.is(name, port) || each.is(address.getHostAddress(), port));
    }
}
