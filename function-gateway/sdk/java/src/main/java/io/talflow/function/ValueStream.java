package io.talflow.function;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** A value's bytes; a connection that breaks is followed by another for the rest. */
final class ValueStream extends InputStream {
    private static final int MOST_EMPTY = 5;

    private final Data data;
    private final Map<?, ?> value;
    private final long bytes;
    private long position;
    private DataExchange exchange;
    private int empty;

    ValueStream(Data data, Map<?, ?> value) {
        this.data = data;
        this.value = value;
        this.bytes = (Long) value.get("bytes");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int most) throws IOException {
        if (most == 0) {
            return 0;
        }
        int wanted = (int) Math.min(most, bytes - position);
        while (wanted > 0) {
            if (exchange == null) {
                exchange = data.open(value, position);
            }
            int read = more(buffer, from, wanted);
            if (read > 0) {
                empty = 0;
                position += read;
                return read;
            }
            close();
            if (++empty > MOST_EMPTY) {
                throw new DataUnavailable(
                        "value %s: connections end at byte %d of %d".formatted(value.get("name"), position, bytes),
                        null);
            }
        }
        return -1;
    }

    private int more(byte[] buffer, int from, int wanted) {
        try {
            return exchange.read(buffer, from, wanted);
        } catch (IOException e) {
            return -1; // the next connection says whether it is gone for good
        }
    }

    @Override
    public void close() throws IOException {
        if (exchange != null) {
            exchange.close();
            exchange = null;
        }
    }
}
