package io.talflow.eval;

import io.talflow.tal.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Applies a workflow at a gateway. */
final class Upload {
    private Upload() {}

    /**
     * @param gateway base URL
     * @param files the workflow's folder; {@code workflow.yaml} is in it
     * @return the version
     */
    static String apply(String gateway, String workflow, Map<String, byte[]> files)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(gateway + "/v1/workflows/" + workflow + "?file=workflow.yaml"))
                .header("Content-Type", "application/zip")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(zip(files)))
                .build();
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (!(Json.parseObject(response.body()).get("version") instanceof String version)) {
            throw new IOException(
                    "the gateway did not take the workflow: " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return version;
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }
}
