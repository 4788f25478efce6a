package io.talflow.tal.cel;

import java.util.Map;

/** The variables of an expression, asked for by root name when it needs them. */
@FunctionalInterface
public interface Scope {
    /** The value of {@code event}, {@code events}, {@code values}, {@code input}, {@code context}, {@code results}, {@code task} or an alias. */
    Object get(String name);

    /**
     * The scope of {@link CelEnvironment#ofEvent}.
     *
     * @param view {@code {id, source, type, subject, time, data}}
     */
    static Scope ofEvent(Map<String, Object> view) {
        return name -> name.equals("event") ? view : null;
    }
}
