package io.talflow.flink.define;

import io.talflow.flink.wire.DefinitionRecord;
import java.io.Serializable;
import java.util.List;

/**
 * Reads all that {@code tal.definitions} holds at the moment. An operator that must know what was defined before its first
 * record asks it when it opens: the topic comes by another input, and Flink reads inputs in no order.
 */
@FunctionalInterface
public interface DefinitionsReader extends Serializable {
    List<DefinitionRecord> read() throws Exception;
}
