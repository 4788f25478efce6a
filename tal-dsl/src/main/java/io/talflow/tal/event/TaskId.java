package io.talflow.tal.event;

/** Task ids: {@code workflow/key}. Kafka key, Flink key and URL segment (with the slash escaped). */
public final class TaskId {
    private static final int MAX_WORKFLOW = 63;
    private static final int MAX_KEY = 120;

    private TaskId() {}

    /**
     * Whether it is {@code [a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[A-Za-z0-9._:~-]{1,120}}. By hand, since it is asked of every
     * record several times.
     */
    public static boolean isValid(String id) {
        int slash = id.indexOf('/');
        return slash >= 1
                && slash <= MAX_WORKFLOW
                && id.length() - slash - 1 >= 1
                && id.length() - slash - 1 <= MAX_KEY
                && id.charAt(0) != '-'
                && id.charAt(slash - 1) != '-'
                && isOf(id, 0, slash, "-", false)
                && isOf(id, slash + 1, id.length(), "._:~-", true);
    }

    private static boolean isOf(String id, int from, int to, String others, boolean capitals) {
        for (int at = from; at < to; at++) {
            char c = id.charAt(at);
            boolean alphanumeric =
                    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (capitals && c >= 'A' && c <= 'Z');
            if (!alphanumeric && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    public static String of(String workflow, String key) {
        return workflow + "/" + key;
    }

    /** The task of a firing, {@code task@startOffset/…}. */
    public static String ofFiring(String firing) {
        return firing.substring(0, firing.indexOf('@'));
    }

    /** The workflow of a valid id. */
    public static String workflow(String id) {
        return id.substring(0, id.indexOf('/'));
    }
}
