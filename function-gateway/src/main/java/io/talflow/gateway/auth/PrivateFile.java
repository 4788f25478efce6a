package io.talflow.gateway.auth;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/**
 * A file that only its owner may read. Its owner is the one of the file before or, of a new one, of its folder: what root
 * makes for a gateway must be of use to the user that the gateway runs as.
 */
public final class PrivateFile {
    private static final String OWNER_ONLY = "rw-------";

    private PrivateFile() {}

    /**
     * Writes it in one step: a reader sees the old content or the new. It is private from its first byte on.
     *
     * @throws IOException if it cannot be written, also because it would be somebody else's
     */
    public static void replace(Path file, byte[] content) throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Path draft = Files.createTempFile(folder, file.getFileName() + ".", ".new", ownerOnly(file));
        try {
            Files.write(draft, content);
            give(draft, Files.exists(file) ? file : folder);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Makes an empty one if there is none. */
    static void ensure(Path file) throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        try {
            give(Files.createFile(file, ownerOnly(file)), folder);
        } catch (FileAlreadyExistsException e) {
            return;
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
                }
                : new FileAttribute<?>[0];
    }

    private static void give(Path file, Path whose) throws IOException {
        if (!isPosix(file)) {
            return;
        }
        UserPrincipal owner = Files.getOwner(whose);
        if (!owner.equals(Files.getOwner(file))) {
            try {
                Files.setOwner(file, owner);
            } catch (FileSystemException e) {
                throw new IOException(
                        "%s is of user %s, who could not read what this user writes there; do it as %s"
                                .formatted(whose, owner.getName(), owner.getName()),
                        e);
            }
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
