package io.talflow.tal.semantics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last events of the outside that a task has seen, so that a repeat changes nothing: 64-bit digests of (source, id), each
 * with its number, in rows by their last bits. An event costs one row of a kilobyte at most, however many are remembered.
 */
final class ForeignEvents {
    /** Rows: {@code e/0} to {@code e/63}; a power of two. Of more rows a checkpoint would write more of a busy task's. */
    static final int ROWS = 64;

    /** Foreign events of a task whose (source, id) is remembered; a repeat that comes later than that counts again. */
    private static final int WINDOW = 4096;

    private static final byte[] NONE = new byte[0];
    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(ForeignEvents::sha);

    private ForeignEvents() {}

    /** @return whether the event is new */
    static boolean remember(TaskState state, TaskHeader header, String source, String id) {
        long digest = digest(source, id);
        String row = "e/" + (digest & (ROWS - 1));
        byte[] before = state.get(row);
        ByteBuffer seen = ByteBuffer.wrap(before == null ? NONE : before);
        // By their numbers, the oldest first; what is outside of the window goes.
        while (seen.hasRemaining() && header.foreign - seen.getLong(seen.position() + Long.BYTES) > WINDOW) {
            seen.position(seen.position() + ENTRY_BYTES);
        }
        for (int at = seen.position(); at < seen.limit(); at += ENTRY_BYTES) {
            if (seen.getLong(at) == digest) {
                return false;
            }
        }
        header.foreign++;
        ByteBuffer kept = ByteBuffer.allocate(seen.remaining() + ENTRY_BYTES);
        state.put(row, kept.put(seen).putLong(digest).putLong(header.foreign).array());
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
