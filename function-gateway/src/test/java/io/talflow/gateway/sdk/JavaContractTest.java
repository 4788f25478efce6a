package io.talflow.gateway.sdk;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The function contract of the Java SDK")
class JavaContractTest extends SdkContract {
    @Override
    SdkServer start(String handler) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new SdkServer(
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.talflow.function.Serve",
                        handler),
                new File("."),
                Map.of());
    }

    @Override
    String handler() {
        return ContractHandler.class.getName();
    }

    @Override
    String handlerFile() {
        return "ContractHandler.java";
    }
}
