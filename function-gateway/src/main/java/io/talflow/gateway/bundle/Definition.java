package io.talflow.gateway.bundle;

import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A workflow as it is registered on {@code tal.definitions}.
 *
 * @param file name in the bundle; what positions of errors refer to
 * @param text TAL
 */
public record Definition(String workflow, String version, String file, String text) {
    /** Its key on the topic. */
    public String key() {
        return workflow + "@" + version;
    }

    public byte[] bytes() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workflow", workflow);
        json.put("version", version);
        json.put("file", file);
        json.put("text", text);
        return Json.bytes(json);
    }

    /** @throws Json.NotJson if it is no JSON object */
    static Definition parse(byte[] json) {
        Map<String, Object> fields = Json.parseObject(json);
        return new Definition(
                String.valueOf(fields.get("workflow")),
                String.valueOf(fields.get("version")),
                String.valueOf(fields.getOrDefault("file", "workflow.yaml")),
                String.valueOf(fields.get("text")));
    }

    byte[] textBytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
