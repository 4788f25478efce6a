package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PythonSdkTest {
    @Test
    void itsOwnTestsPass() throws Exception {
        Process process = new ProcessBuilder("python3", "-B", "-m", "unittest", "discover", "-s", "tests", "-t", ".")
                .directory(new File("sdk/python"))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("OK");
    }
}
