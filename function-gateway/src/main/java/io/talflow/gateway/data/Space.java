package io.talflow.gateway.data;

/** A bounded number of bytes, of which some are taken. */
final class Space {
    private final long limit;
    private long used;

    Space(long limit) {
        this.limit = limit;
    }

    /** @return false: there are not so many left, and none were taken */
    synchronized boolean take(long bytes) {
        if (bytes > limit - used) {
            return false;
        }
        used += bytes;
        return true;
    }

    /** Takes them even if that is more than the limit: they are there already. */
    synchronized void hold(long bytes) {
        used += bytes;
    }

    synchronized void give(long bytes) {
        used -= bytes;
    }

    synchronized long used() {
        return used;
    }

    long limit() {
        return limit;
    }
}
