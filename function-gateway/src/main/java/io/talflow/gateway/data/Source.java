package io.talflow.gateway.data;

import java.io.IOException;
import java.io.InputStream;

/** Where the bytes of one value can be had, from any offset on. */
interface Source {
    /**
     * Opens it.
     *
     * @throws NotThere it is certain that it is not there
     * @throws IOException it may be there and cannot be reached now
     */
    InputStream open(long from) throws IOException;

    /** It is not there and will not be. */
    final class NotThere extends IOException {
        private static final long serialVersionUID = 1L;

        NotThere(String message) {
            super(message);
        }
    }
}
