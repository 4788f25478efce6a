package io.talflow.tal.semantics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last events of the outside that a task has seen, so that a repeat changes nothing: 64-bit digests of (source, id), each
 * with its number, in rows by their first byte. An event costs one row of some 200 bytes, however many are remembered.
 */
final class ForeignEvents {
    /** Rows: {@code e/0} to {@code e/255}. */
    static final int ROWS = 256;

    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(ForeignEvents::sha);

    private ForeignEvents() {}

    /** @return whether the event is new */
    static boolean remember(TaskState state, TaskHeader header, String source, String id) {
        long digest = digest(source, id);
        String row = "e/" + (digest & (ROWS - 1));
        byte[] before = state.get(row);
        ByteBuffer seen = ByteBuffer.wrap(before == null ? new byte[0] : before);
        ByteBuffer kept = ByteBuffer.allocate(seen.capacity() + ENTRY_BYTES);
        while (seen.hasRemaining()) {
            long other = seen.getLong();
            long number = seen.getLong();
            if (header.foreign - number <= TaskEngine.FOREIGN_WINDOW) {
                if (other == digest) {
                    return false;
                }
                kept.putLong(other).putLong(number);
            }
        }
        header.foreign++;
        kept.putLong(digest).putLong(header.foreign);
        state.put(row, java.util.Arrays.copyOf(kept.array(), kept.position()));
        return true;
    }

    private static long digest(String source, String id) {
        MessageDigest sha = SHA.get();
        sha.update(source.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
        return ByteBuffer.wrap(sha.digest(id.getBytes(StandardCharsets.UTF_8))).getLong();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
