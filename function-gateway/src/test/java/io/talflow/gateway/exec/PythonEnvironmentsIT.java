package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The environment of a bundle with requirements.txt")
class PythonEnvironmentsIT {
    private static final String PYTHON = "python3";

    @TempDir
    Path directory;

    private PythonEnvironments environments;

    @BeforeEach
    void open() throws Exception {
        try {
            run(PYTHON, "-c", "import venv, ensurepip");
        } catch (PythonServers.CannotStart e) {
            Assumptions.abort("python3 here cannot make virtual environments: " + e.output());
        }
        environments = new PythonEnvironments(PYTHON, Files.createDirectories(directory.resolve("python")));
    }

    @Test
    void hasWhatTheFileAsksForAndIsBuiltOnce() throws Exception {
        Path bundle = bundle("one", "--no-index\n--find-links wheels\ntiny==1.0\n");
        wheel(Files.createDirectories(bundle.resolve("wheels")).resolve("tiny-1.0-py3-none-any.whl"));
        String interpreter = environments.interpreter(bundle);
        assertThat(run(interpreter, "-c", "import tiny; print(tiny.ANSWER)")).isEqualToIgnoringNewLines("42");
        Path sameRequirements = bundle("two", "--no-index\n--find-links wheels\ntiny==1.0\n");
        assertThat(environments.interpreter(sameRequirements)).isEqualTo(interpreter);
        assertThat(environments.interpreter(Files.createDirectories(directory.resolve("none"))))
                .isEqualTo(PYTHON);
    }

    @Test
    void saysWhatPipSaidWhereNoIndexCanBeReached() throws Exception {
        Path bundle = bundle("lost", "--index-url http://127.0.0.1:1/simple\ntalflow-no-such-package==1.0\n");
        PythonServers.CannotStart refused =
                catchThrowableOfType(PythonServers.CannotStart.class, () -> environments.interpreter(bundle));
        assertThat(refused).hasMessage("pip install -r requirements.txt failed with exit code 1");
        assertThat(refused.output()).contains("talflow-no-such-package==1.0");
    }

    private Path bundle(String name, String requirements) throws IOException {
        Path bundle = Files.createDirectories(directory.resolve(name));
        Files.writeString(bundle.resolve("requirements.txt"), requirements);
        return bundle;
    }

    /** The smallest package pip installs. */
    private static void wheel(Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : Map.of(
                            "tiny.py", "ANSWER = 42\n",
                            "tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
                            "tiny-1.0.dist-info/WHEEL",
                                    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                            "tiny-1.0.dist-info/RECORD", "")
                    .entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private String run(String... command) throws IOException, PythonServers.CannotStart {
        return PythonServers.run(List.of(command), Files.createTempFile(directory, "run", ".out"), command[0]);
    }
}
