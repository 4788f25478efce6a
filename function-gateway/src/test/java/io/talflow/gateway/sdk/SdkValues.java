package io.talflow.gateway.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Values by reference on the wire: the same scenarios for the server of each SDK, a process of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkValues {
    FakeRuntime runtime;
    SdkServer server;
    SdkCalls calls;

    /** Starts the SDK's server with its contract handler, or with another handler of that name. */
    abstract SdkServer start(String handler) throws IOException;

    /** The contract handler's name. */
    abstract String handler();

    @BeforeAll
    void start() throws IOException {
        runtime = new FakeRuntime();
        server = start(handler());
        calls = new SdkCalls(runtime, server);
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
            runtime.close();
        }
    }

    @Test
    void handsValuesOverAndReadsThemBack() throws Exception {
        runtime.data.asked.clear();
        assertThat(Json.parse(call(Map.of("do", "values", "name", "film/1 é", "size", 300_000L))
                        .body()))
                .as("bytes, a file and a stream, each as it was")
                .isEqualTo(List.of("video/mp4", true, true, true));
        assertThat(runtime.data.asked.peek())
                .isEqualTo(new FakeData.Asked(
                        "PUT", "/v1/runtime/data/film%2F1%20%C3%A9?nodes=2&replicate=always", "", "video/mp4"));
    }

    @Test
    void waitsForRoomAndGoesOnWhereAStreamBrokeOff() throws Exception {
        runtime.data.asked.clear();
        for (String name : List.of(FakeData.FULL, FakeData.CUT)) {
            assertThat(Json.parse(call(Map.of("do", "values", "name", name, "size", 300_000L))
                            .body()))
                    .as(name)
                    .isEqualTo(List.of("video/mp4", true, true, true));
        }
        assertThat(runtime.data.asked)
                .extracting(FakeData.Asked::range)
                .contains("bytes=%d-".formatted(FakeData.CUT_AT));
    }

    @Test
    void readsTheFileThatItIsShownAndAsksForNoneWhereItSeesNone(@TempDir Path folder) throws Exception {
        runtime.data.shows(Files.writeString(folder.resolve("shown"), "hello"));
        runtime.data.asked.clear();
        Map<String, Object> shown = Map.of("$data", Map.of("name", "v", "bytes", 5L, "href", FakeData.SHOWN));
        assertThat(call(Map.of("do", "text", "value", shown)).body()).isEqualTo("\"hello\"");
        assertThat(runtime.data.asked)
                .extracting(FakeData.Asked::uri)
                .as("without a stream")
                .containsExactly(FakeData.SHOWN + "&as=path");
        runtime.data.asked.clear();
        assertThat(Json.parse(call(Map.of("do", "values", "name", FakeData.UNSEEN, "size", 300_000L))
                        .body()))
                .isEqualTo(List.of("video/mp4", true, true, true));
        assertThat(runtime.data.asked)
                .filteredOn(asked -> asked.uri().endsWith("&as=path"))
                .as("once in a call")
                .hasSize(1);
    }

    @Test
    void readsAValueThatIsInItsReferenceAndSaysWhenOneIsLost() throws Exception {
        Map<String, Object> inline = Map.of("$data", Map.of("name", "v", "bytes", 5L, "base64", "aGVsbG8="));
        assertThat(call(Map.of("do", "text", "value", inline)).body()).isEqualTo("\"hello\"");
        Map<String, Object> lost =
                Map.of("$data", Map.of("name", "v", "bytes", 5L, "href", "/v1/runtime/data/n/lost?bytes=5"));
        assertThat(call(Map.of("do", "text", "value", lost)).body()).isEqualTo("\"gateway/data-lost\"");
        HttpResponse<String> none = call(Map.of("do", "text", "value", Map.of("x", 1L)));
        assertThat(none.statusCode()).isEqualTo(500);
        assertThat(none.body()).contains("not a reference");
    }

    final HttpResponse<String> call(Map<String, Object> input) throws Exception {
        return call(Json.text(input));
    }

    final HttpResponse<String> call(String input) throws Exception {
        return calls.call(input);
    }
}
