package io.talflow.gateway.container;

/** A function of a version of a workflow: what containers are shared by. */
record FunctionKey(String workflow, String version, String function) {
    @Override
    public String toString() {
        return "%s@%s/%s".formatted(workflow, version, function);
    }
}
