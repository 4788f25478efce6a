package io.talflow.gateway.container;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image's name, written out: {@code encode} is {@code docker.io/library/encode:latest}.
 *
 * @param registry host and port, in lower case
 * @param repository path in the registry
 * @param version {@code :TAG}, {@code @DIGEST} or both
 * @see <a href="https://pkg.go.dev/github.com/distribution/reference">The grammar of image references</a>
 */
record ImageName(String registry, String repository, String version) {
    private static final String HUB = "docker.io";
    private static final String HUB_ONCE = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final String LATEST = ":latest";

    private static final Pattern REGISTRY = Pattern.compile(
            "([a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\\[[0-9a-f:]+])(:[0-9]{1,5})?");
    private static final Pattern REST = Pattern.compile(
            "(?<path>[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*)"
                    + "(?<tag>:\\w[\\w.-]{0,127})?(?<digest>@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?");

    /** Empty if it is none. */
    static Optional<ImageName> parse(String text) {
        int slash = text.indexOf('/');
        boolean named = slash > 0 && isRegistry(text.substring(0, slash));
        String registry = named ? text.substring(0, slash).toLowerCase(Locale.ROOT) : HUB;
        Matcher rest = REST.matcher(named ? text.substring(slash + 1) : text);
        if (!REGISTRY.matcher(registry).matches() || !rest.matches()) {
            return Optional.empty();
        }
        boolean hub = registry.equals(HUB) || registry.equals(HUB_ONCE);
        String path = rest.group("path");
        String tag = rest.group("tag") == null ? "" : rest.group("tag");
        String digest = rest.group("digest") == null ? "" : rest.group("digest");
        return Optional.of(new ImageName(
                hub ? HUB : registry,
                hub && !path.contains("/") ? OFFICIAL + path : path,
                tag.isEmpty() && digest.isEmpty() ? LATEST : tag + digest));
    }

    /** As engines have it: what comes before the first slash is a registry if it cannot be the beginning of a path. */
    static boolean isRegistry(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    /** Registry and path. */
    String place() {
        return registry + "/" + repository;
    }

    @Override
    public String toString() {
        return place() + version;
    }
}
