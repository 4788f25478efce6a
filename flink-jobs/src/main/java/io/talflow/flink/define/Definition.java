package io.talflow.flink.define;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A version of a workflow as {@code tal.definitions} holds it.
 *
 * @param file name of the file that {@code text} was read from, for messages
 */
record Definition(String version, String file, String text) {
    /** @throws Json.NotJson if it is no JSON object */
    static Definition of(byte[] json) {
        Map<String, Object> record = Json.parseObject(json);
        return new Definition(
                String.valueOf(record.get("version")),
                String.valueOf(record.get("file")),
                String.valueOf(record.get("text")));
    }

    /** @throws InvalidTal with every problem it has */
    Workflow load() {
        return Formats.load(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The version a record of key {@code name} says is the current one. @throws Json.NotJson if it is no JSON object */
    static String current(byte[] json) {
        return String.valueOf(Json.parseObject(json).get("version"));
    }
}
