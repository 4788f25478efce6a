package io.talflow.gateway.sdk;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The function contract of the Python SDK")
class PythonContractTest extends SdkContract {
    @Override
    SdkServer start(String handler) throws IOException {
        return new SdkServer(
                List.of("python3", "-B", "-m", "talflow", "serve", "tests/%s.py".formatted(handler)),
                new File("sdk/python"),
                Map.of("PYTHONUNBUFFERED", "1"));
    }

    @Override
    String handler() {
        return "contract_handler";
    }

    @Override
    String handlerFile() {
        return "contract_handler.py";
    }
}
