package io.talflow.tal.print;

import io.talflow.tal.model.Container;
import io.talflow.tal.parse.Durations;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A function's {@code container}, without what it would be anyway. */
final class ContainerPrinter {
    private static final long MIB = 1024L * 1024;

    private ContainerPrinter() {}

    static Map<String, Object> print(Container container) {
        Container usual = Container.DEFAULT;
        Map<String, Object> fields = new LinkedHashMap<>();
        unlessUsual(fields, "contract", lower(container.contract()), lower(usual.contract()));
        container.code().ifPresent(code -> fields.put("code", code));
        unlessUsual(fields, "memory", memory(container.memoryBytes()), memory(usual.memoryBytes()));
        unlessUsual(fields, "cpus", container.cpus(), usual.cpus());
        unlessUsual(fields, "pids", (long) container.pids(), (long) usual.pids());
        unlessUsual(fields, "network", lower(container.network()), lower(usual.network()));
        unlessUsual(fields, "min", (long) container.min(), (long) usual.min());
        unlessUsual(fields, "max", (long) container.max(), (long) usual.max());
        unlessUsual(fields, "idle", Durations.print(container.idle()), Durations.print(usual.idle()));
        unlessUsual(fields, "concurrency", (long) container.concurrency(), (long) usual.concurrency());
        unlessUsual(fields, "prewarm", container.prewarm(), usual.prewarm());
        return fields;
    }

    private static void unlessUsual(Map<String, Object> fields, String key, Object value, Object usual) {
        if (!value.equals(usual)) {
            fields.put(key, value);
        }
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    private static String memory(long bytes) {
        long mebibytes = bytes / MIB;
        return mebibytes % 1024 == 0 ? mebibytes / 1024 + "Gi" : mebibytes + "Mi";
    }
}
