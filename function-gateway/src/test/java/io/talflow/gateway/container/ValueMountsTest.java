package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A directory that a container sees values in")
class ValueMountsTest {
    @TempDir
    Path data;

    private ValueMounts mounts;
    private Path value;

    @BeforeEach
    void open() throws IOException {
        mounts = new ValueMounts(data.resolve("mounts"));
        value = Files.writeString(data.resolve("value"), "content");
    }

    @Test
    void hasAValueFromWhenItIsAskedForUntilTheAttemptEnds() throws IOException {
        ValueMount mount = mounts.create();
        mount.begin("one");
        assertThat(mounts.show("one", "a1", value)).contains(Path.of("/talflow/values/a1"));
        assertThat(mounts.show("one", "a1", value)).as("asked again").contains(Path.of("/talflow/values/a1"));
        Path link = mount.directory().resolve("a1");
        assertThat(Files.isSameFile(link, value)).as("linked, not copied").isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(link)))
                .isEqualTo("r--r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mount.directory())))
                .isEqualTo("rwx--x--x");
        mount.end();
        assertThat(mount.directory()).isEmptyDirectory();
        assertThat(value).hasContent("content");
    }

    @Test
    void takesNothingForAnAttemptThatHasEndedOrRunsElsewhere() throws IOException {
        ValueMount mount = mounts.create();
        assertThat(mounts.serves("one")).isFalse();
        mount.begin("one");
        assertThat(mounts.serves("one")).isTrue();
        assertThat(mount.link("two", "a1", value)).isEmpty();
        mount.end();
        mount.begin("two");
        assertThat(mount.link("one", "a1", value)).as("it was slow to come").isEmpty();
        assertThat(mount.directory()).isEmptyDirectory();
    }

    @Test
    void saysThatAFileCannotBeLinked() throws IOException {
        ValueMount mount = mounts.create();
        mount.begin("one");
        assertThat(mounts.show("one", "a1", data.resolve("freed"))).isEmpty();
    }

    @Test
    void goesWithItsContainerAndWhatAKilledNodeLeftGoesAtTheNextStart() throws IOException {
        ValueMount gone = mounts.create();
        ValueMount left = mounts.create();
        for (ValueMount mount : new ValueMount[] {gone, left}) {
            mount.begin("one");
            assertThat(mount.link("one", "a1", value)).isPresent();
        }
        mounts.remove(gone);
        assertThat(gone.directory()).doesNotExist();
        assertThat(left.directory()).exists();
        new ValueMounts(data.resolve("mounts"));
        assertThat(data.resolve("mounts")).isEmptyDirectory();
        assertThat(value).hasContent("content");
    }
}
