package io.talflow.gateway.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A directory that all nodes mount. */
final class FileStore implements RemoteStore {
    private final Path directory;

    FileStore(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    @Override
    public void put(String task, Value value) throws IOException {
        Path file = file(task, value.descriptor().id());
        Files.createDirectories(file.getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (InputStream in = value.open(0)) {
            Files.copy(in, part);
            Files.move(part, file);
        } catch (FileAlreadyExistsException e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }

    @Override
    public InputStream open(String task, String id, long from) throws IOException {
        try {
            FileChannel channel = FileChannel.open(file(task, id), StandardOpenOption.READ);
            return Channels.newInputStream(channel.position(from));
        } catch (NoSuchFileException e) {
            throw new Source.NotThere("%s has no %s".formatted(directory, e.getFile()));
        }
    }

    @Override
    public void delete(String task, String id) throws IOException {
        Files.deleteIfExists(file(task, id));
    }

    private Path file(String task, String id) {
        return directory.resolve(Folders.folder(task)).resolve(id);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
