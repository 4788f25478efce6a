package io.talflow.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A route as the OpenAPI document has it.
 *
 * @param needs a role, or {@code attempt}, or empty
 */
record Route(String method, String path, String needs) {
    static List<Route> documented(String openApi) {
        Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(openApi);
        List<Route> routes = new ArrayList<>();
        ((Map<?, ?>) document.get("paths"))
                .forEach((path, item) -> ((Map<?, ?>) item).forEach((method, operation) -> {
                    if (operation instanceof Map<?, ?> fields && fields.get("security") instanceof List<?> needs) {
                        String need = needs.isEmpty() ? "" : needs.get(0).toString();
                        routes.add(new Route(
                                method.toString().toUpperCase(Locale.ROOT),
                                path.toString(),
                                need.contains("attempt") ? "attempt" : need.replaceAll("\\{token=\\[(.*)]}", "$1")));
                    }
                }));
        return routes;
    }
}
