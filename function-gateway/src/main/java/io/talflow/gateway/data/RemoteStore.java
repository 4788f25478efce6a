package io.talflow.gateway.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;

/** What all nodes reach and what outlives any of them: a mounted file system, or S3. Objects are never overwritten. */
interface RemoteStore extends AutoCloseable {
    /** Writes an object; it is there, whole, when this returns. */
    void put(String task, Value value) throws IOException;

    /**
     * Reads an object from an offset on.
     *
     * @throws Source.NotThere there is no such object
     */
    InputStream open(String task, String id, long from) throws IOException;

    /** Removes an object, if it is there. */
    void delete(String task, String id) throws IOException;

    @Override
    void close();

    /**
     * The store of an address: {@code file:///DIRECTORY} or {@code s3://BUCKET/PREFIX?endpoint=URL&region=R}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static RemoteStore of(String address) throws IOException {
        URI uri = URI.create(address);
        if ("file".equals(uri.getScheme())) {
            return new FileStore(Path.of(uri));
        }
        if ("s3".equals(uri.getScheme())) {
            return S3Store.of(uri);
        }
        throw new IllegalArgumentException(
                "--data-remote must be file:///DIRECTORY or s3://BUCKET/PREFIX, is " + address);
    }
}
