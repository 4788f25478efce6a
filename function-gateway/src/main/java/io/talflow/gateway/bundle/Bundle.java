package io.talflow.gateway.bundle;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A workflow's files: the workflow file and the functions' code, by relative name with {@code /}.
 *
 * @param zip the bytes they came in
 */
public record Bundle(SortedMap<String, byte[]> files, byte[] zip) {
    /** Bound on the zip and on what is in it, bytes. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    static final int MAX_FILES = 10_000;

    /** Bound on how many times its own size a zip may unpack to, from {@link #ANY_RATIO} bytes on; text has up to 20. */
    static final int MAX_RATIO = 200;

    private static final int ANY_RATIO = 1024 * 1024;
    private static final int MAX_NAME = 400;

    public Bundle {
        files = Collections.unmodifiableSortedMap(files);
    }

    /** @throws GatewayFailure BAD_BUNDLE or TOO_LARGE, with the entry and the rule it breaks */
    public static Bundle read(byte[] zip) {
        if (zip.length > MAX_BYTES) {
            throw new GatewayFailure(GatewayError.TOO_LARGE, "a bundle may have %d bytes".formatted(MAX_BYTES));
        }
        SortedMap<String, byte[]> files = new TreeMap<>();
        Set<String> links = ZipLinks.of(zip);
        long total = 0;
        int entries = 0;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (++entries > MAX_FILES) {
                    throw bad("a bundle may have %d files, folders counted".formatted(MAX_FILES));
                }
                if (entry.isDirectory()) {
                    continue;
                }
                String name = checked(entry.getName(), links);
                byte[] bytes = in.readNBytes((int) (most(zip) + 1 - total));
                total += bytes.length;
                if (total > most(zip) && total <= MAX_BYTES) {
                    throw bad("%s unpacks to more than %d times its size".formatted(name, MAX_RATIO));
                }
                if (total > MAX_BYTES) {
                    throw new GatewayFailure(
                            GatewayError.TOO_LARGE, "a bundle's files may have %d bytes together".formatted(MAX_BYTES));
                }
                if (files.put(name, bytes) != null) {
                    throw bad("%s is in the zip twice".formatted(name));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw bad("not a zip: " + e.getMessage());
        }
        if (files.isEmpty()) {
            throw bad("not a zip, or one without files");
        }
        for (String name : files.keySet()) {
            for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
                if (files.containsKey(name.substring(0, slash))) {
                    throw bad("%s is a file and a folder".formatted(name.substring(0, slash)));
                }
            }
        }
        return new Bundle(files, zip);
    }

    /** First 16 hex digits of SHA-256 over the files, sorted by name, each length-prefixed. */
    public String version() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            update(digest, file.getKey().getBytes(StandardCharsets.UTF_8));
            update(digest, file.getValue());
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static long most(byte[] zip) {
        return Math.min(MAX_BYTES, Math.max(ANY_RATIO, (long) MAX_RATIO * zip.length));
    }

    private static void update(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static String checked(String name, Set<String> links) {
        if (links.contains(name)) {
            throw bad("%s is a symbolic link".formatted(name));
        }
        if (name.isEmpty() || name.length() > MAX_NAME || name.startsWith("/") || name.indexOf('\\') >= 0) {
            throw bad("'%s' is no relative path of at most %d characters with /".formatted(name, MAX_NAME));
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw bad("'%s' leads out of the bundle or is not normal".formatted(name));
            }
        }
        return name;
    }

    private static GatewayFailure bad(String message) {
        return new GatewayFailure(GatewayError.BAD_BUNDLE, message);
    }
}
