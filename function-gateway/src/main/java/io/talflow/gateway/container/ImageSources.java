package io.talflow.gateway.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where images may be pulled from. What is on the machine already is run whatever its name, since its operator put it there.
 *
 * @param allowed registries, and paths in them with all below
 * @param everywhere whatever the engine reaches
 */
public record ImageSources(List<String> allowed, boolean everywhere) {
    /** Whatever the engine reaches: for development. */
    public static final ImageSources EVERYWHERE = new ImageSources(List.of(), true);
    /** Only what is on the machine is run. */
    public static final ImageSources NOWHERE = new ImageSources(List.of(), false);

    private static final String ALL = "*";
    private static final Pattern PATH = Pattern.compile("(/[a-z0-9]+([._-]+[a-z0-9]+)*)*");

    public ImageSources {
        allowed = List.copyOf(allowed);
    }

    /**
     * Reads {@code REGISTRY[/PATH],…}, in which {@code *} is everywhere.
     *
     * @throws IllegalArgumentException that names the entry and the rule
     */
    public static ImageSources parse(String text) {
        List<String> allowed = new ArrayList<>();
        boolean everywhere = false;
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String entry = part.strip();
            if (entry.equals(ALL)) {
                everywhere = true;
                continue;
            }
            int slash = entry.indexOf('/');
            String registry = (slash < 0 ? entry : entry.substring(0, slash)).toLowerCase(Locale.ROOT);
            String path = slash < 0 ? "" : entry.substring(slash);
            if (!ImageName.isRegistry(registry)
                    || !PATH.matcher(path).matches()
                    || ImageName.parse(registry + "/any").isEmpty()) {
                throw new IllegalArgumentException(
                        "option --image-allow must be REGISTRY[/PATH], several with commas between, such as docker.io/library or localhost:5000, or * for everywhere; has '%s'"
                                .formatted(part));
            }
            allowed.add(registry + path);
        }
        return new ImageSources(allowed, everywhere);
    }

    /**
     * The name to pull it by: written out, so that the engine pulls from where this has looked.
     *
     * @throws ImageNotAllowed if it may not be pulled
     */
    String toPull(String image) throws ImageNotAllowed {
        ImageName name = ImageName.parse(image)
                .orElseThrow(() -> new ImageNotAllowed(
                        "image %s is not on this machine, and is no name to pull it by: REGISTRY/PATH, then :TAG or @DIGEST, the path in lower case"
                                .formatted(image)));
        boolean may = everywhere
                || allowed.stream()
                        .anyMatch(place ->
                                name.place().equals(place) || name.place().startsWith(place + "/"));
        if (!may) {
            throw new ImageNotAllowed(
                    "image %s is not on this machine, and this node does not pull %s: it pulls from %s; its operator can allow it by --image-allow %s"
                            .formatted(
                                    image,
                                    name,
                                    allowed.isEmpty() ? "nowhere" : String.join(", ", allowed) + " only",
                                    name.place()));
        }
        return name.toString();
    }
}
