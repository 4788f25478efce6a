package io.talflow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    @Test
    void theDocumentHasTheServersRoutesAndNoOthersAndSaysWhatEachNeeds() throws IOException {
        Map<String, String> served = new TreeMap<>();
        for (HttpServer.Route route : HttpServer.routes(
                new HttpServer.Parts(
                        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                        null, "n"),
                new LogsResource("n", null, null, null))) {
            served.put(route.method().name().toLowerCase(Locale.ROOT) + " " + route.path(), security(route.need()));
        }
        assertThat(documented()).isEqualTo(served);
    }

    private static String security(Need need) {
        if (need == Need.NOTHING) {
            return "[]";
        }
        return need.role().map(role -> "[{token=[%s]}]".formatted(role.word())).orElse("[{attempt=[]}]");
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> routes = new TreeMap<>();
        try (InputStream in = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
            Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            ((Map<?, ?>) document.get("paths"))
                    .forEach((path, item) -> ((Map<?, ?>) item).forEach((method, operation) -> {
                        if (METHODS.contains(String.valueOf(method))) {
                            routes.put(method + " " + path, String.valueOf(((Map<?, ?>) operation).get("security")));
                        }
                    }));
        }
        return routes;
    }
}
