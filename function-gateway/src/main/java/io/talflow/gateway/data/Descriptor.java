package io.talflow.gateway.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of a value that a node holds.
 *
 * @param id random, 32 hex digits; who does not know it cannot ask for the value
 * @param task whose functions may read it
 * @param type media type without parameters
 * @param crc32c of the content, 8 hex digits
 * @param copy fetched from elsewhere, so it can be dropped and fetched again
 * @param of firing of the function that put it here; empty of a copy, and where that is not known
 */
public record Descriptor(String id, String task, String type, long bytes, String crc32c, boolean copy, String of) {
    static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    static final Pattern CRC = Pattern.compile("[0-9a-f]{8}");
    static final Pattern TYPE = Pattern.compile("[a-z0-9][a-z0-9!#$&^_.+-]{0,50}/[a-z0-9][a-z0-9!#$&^_.+-]{0,50}");
    static final String ANY_TYPE = "application/octet-stream";

    /** A tilde and an at sign are in no media type. */
    private static final Pattern FILE = Pattern.compile("(?<id>[0-9a-f]{32})\\.(?<crc>[0-9a-f]{8})\\.(?<kind>own|copy)"
            + "\\.(?<type>[^~@/]+~[^~@/]+)(?<of>@[0-9A-Za-z~._-]+)?");

    private static final Pattern OF = Pattern.compile("@[0-9A-Za-z/._-]+");
    private static final int LONGEST_NAME = 255;

    /** Of the same content under another id. */
    Descriptor again(String other) {
        return new Descriptor(other, task, type, bytes, crc32c, true, "");
    }

    /** Name of its file: all but the task, whose folder it is in, and the size. A firing that does not fit is left out. */
    String fileName() {
        String name = "%s.%s.%s.%s".formatted(id, crc32c, copy ? "copy" : "own", type.replace('/', '~'));
        String inTask = of.startsWith(task + "@") ? of.substring(task.length()) : "";
        return OF.matcher(inTask).matches() && name.length() + inTask.length() <= LONGEST_NAME
                ? name + inTask.replace('/', '~')
                : name;
    }

    /** @return null if it is no name of a value's file */
    static Descriptor ofFile(String name, String task, long bytes) {
        Matcher file = FILE.matcher(name);
        if (!file.matches()) {
            return null;
        }
        return new Descriptor(
                file.group("id"),
                task,
                file.group("type").replace('~', '/'),
                bytes,
                file.group("crc"),
                file.group("kind").equals("copy"),
                file.group("of") == null ? "" : task + file.group("of").replace('~', '/'));
    }
}
