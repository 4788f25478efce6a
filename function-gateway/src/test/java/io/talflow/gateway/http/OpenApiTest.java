package io.talflow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

    @Test
    void theDocumentHasTheServersRoutesAndNoOthers() throws IOException {
        Set<String> served = new TreeSet<>();
        for (HttpServer.Route route : HttpServer.routes(new HttpServer.Parts(
                null, null, null, null, null, null, null, null, null, null, null, null, null, "n"))) {
            served.add(route.method().name().toLowerCase(Locale.ROOT) + " " + route.path());
        }
        assertThat(documented()).isEqualTo(served);
    }

    private static Set<String> documented() throws IOException {
        Set<String> routes = new TreeSet<>();
        try (InputStream in = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
            Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            ((Map<?, ?>) document.get("paths"))
                    .forEach((path, item) -> ((Map<?, ?>) item)
                            .keySet().stream()
                                    .map(String::valueOf)
                                    .filter(METHODS::contains)
                                    .forEach(method -> routes.add(method + " " + path)));
        }
        return routes;
    }
}
