package io.talflow.tal.event;

import java.util.regex.Pattern;

/** Task ids: {@code workflow/key}. Kafka key, Flink key and URL segment (with the slash escaped). */
public final class TaskId {
    private static final Pattern VALID = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[A-Za-z0-9._:~-]{1,120}");

    private TaskId() {}

    public static boolean isValid(String id) {
        return VALID.matcher(id).matches();
    }

    public static String of(String workflow, String key) {
        return workflow + "/" + key;
    }

    /** The workflow of a valid id. */
    public static String workflow(String id) {
        return id.substring(0, id.indexOf('/'));
    }
}
