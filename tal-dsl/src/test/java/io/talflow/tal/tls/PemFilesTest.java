package io.talflow.tal.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {
    @TempDir
    Path folder;

    @Test
    void nameTheFileThatIsOfNoUseAndSayWhatItMustBe() throws IOException {
        Path none = folder.resolve("none.pem");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path text = Files.writeString(folder.resolve("text.pem"), "hello");
        Path old = Files.writeString(
                folder.resolve("old.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        Path broken = Files.writeString(
                folder.resolve("broken.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemFiles.trusting(none)).hasMessageContaining("none.pem cannot be read");
        assertThatThrownBy(() -> PemFiles.trusting(empty)).hasMessageContaining("empty.pem has no certificate in PEM");
        assertThatThrownBy(() -> PemFiles.trusting(text)).hasMessageContaining("text.pem has no certificate");
        for (Path key : new Path[] {old, broken, text}) {
            assertThatThrownBy(() -> PemFiles.identity(text, key))
                    .hasMessageContaining(key.getFileName() + " has no private key")
                    .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
        }
    }
}
