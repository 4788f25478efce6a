package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InheritedTest {
    @Test
    void functionsDoNotSeeWhatIsMeantForTheGateway() {
        Map<String, String> environment =
                new HashMap<>(Map.of("PATH", "/bin", "TALFLOW_TOKEN", "tlf_secret", "TALFLOW_SECRETS", "/run/secrets"));
        assertThat(Inherited.without(environment)).containsExactly(Map.entry("PATH", "/bin"));
    }
}
