package io.talflow.gateway.bundle;

import io.talflow.tal.model.Workflow;

/** Reads a workflow file of any format. */
public interface DefinitionReader {
    /**
     * @param text what is registered: TAL
     */
    record Read(Workflow workflow, String text) {}

    /** @throws io.talflow.tal.InvalidTal with everything wrong with it */
    Read read(String file, byte[] bytes);
}
