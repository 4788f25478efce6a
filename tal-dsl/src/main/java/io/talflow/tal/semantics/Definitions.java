package io.talflow.tal.semantics;

import java.util.Optional;

/** The definitions known where a task runs. */
public interface Definitions {
    Optional<Program> find(String workflow, String version);

    /** The version a task started now, with none named, would run. */
    Optional<String> current(String workflow);
}
