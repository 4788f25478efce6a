package io.talflow.gateway.exec;

import java.util.Map;

/** What a function's process gets of the gateway's own environment. */
final class Inherited {
    private static final String OWN = "TALFLOW_";

    private Inherited() {}

    /** Takes out what is meant for the gateway or the command that started it, tokens among that. */
    static Map<String, String> without(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith(OWN));
        return environment;
    }
}
