package io.talflow.stack;

import java.util.HashMap;
import java.util.Map;

/** {@code --name value} pairs. */
record Options(Map<String, String> values) {
    static Options parse(String[] arguments) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--")) {
                throw new IllegalArgumentException("expected --name value, got " + arguments[i]);
            }
            values.put(arguments[i].substring(2), arguments[i + 1]);
        }
        return new Options(Map.copyOf(values));
    }

    String required(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--%s is missing".formatted(name));
        }
        return value;
    }
}
