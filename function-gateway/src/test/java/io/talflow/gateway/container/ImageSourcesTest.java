package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An image that is not on the machine")
class ImageSourcesTest {
    private static final String DIGEST = "@sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest(name = "{1} from {0} by {2}")
    @CsvSource({
        "*, anything.example/at/all:1, anything.example/at/all:1",
        "docker.io, encode, docker.io/library/encode:latest",
        "docker.io/library, encode:1.4, docker.io/library/encode:1.4",
        "docker.io/library/encode, encode, docker.io/library/encode:latest",
        "docker.io/team, team/encode, docker.io/team/encode:latest",
        "docker.io/team, index.docker.io/team/encode, docker.io/team/encode:latest",
        "DOCKER.io/team, Docker.IO/team/encode, docker.io/team/encode:latest",
        "localhost, localhost/x, localhost/x:latest",
        "localhost:5000, localhost:5000/x, localhost:5000/x:latest",
        "localhost:5000/a/b, localhost:5000/a/b/c:2, localhost:5000/a/b/c:2",
        "registry.example, REGISTRY.example/x, registry.example/x:latest",
        "[::1]:5000, [::1]:5000/x, [::1]:5000/x:latest",
        "'ghcr.io/a, quay.io/b', quay.io/b/x, quay.io/b/x:latest",
    })
    void isPulledByItsWholeNameFromWhereItMayBe(String allowed, String image, String pulled) throws Exception {
        assertThat(ImageSources.parse(allowed).toPull(image)).isEqualTo(pulled);
    }

    @Test
    void isPulledByItsDigest() throws Exception {
        ImageSources sources = ImageSources.parse("allowed.io");
        assertThat(sources.toPull("allowed.io/x" + DIGEST)).isEqualTo("allowed.io/x" + DIGEST);
        assertThat(sources.toPull("allowed.io/x:1" + DIGEST)).isEqualTo("allowed.io/x:1" + DIGEST);
        assertThatThrownBy(() -> sources.toPull("x" + DIGEST)).hasMessageContaining("docker.io/library/x" + DIGEST);
    }

    @ParameterizedTest(name = "{1} from {0}")
    @CsvSource({
        "allowed.io, evil.com/allowed.io/x",
        "allowed.io, allowed.io.evil.com/x",
        "allowed.io, evil-allowed.io/x",
        "allowed.io, notallowed.io/x",
        "allowed.io, allowed.io:5000/x",
        "allowed.io:5000, allowed.io/x",
        "allowed.io:5000, allowed.io:50001/x",
        "allowed.io/team, allowed.io/teams/x",
        "allowed.io/team, allowed.io/other/team/x",
        "allowed.io/team, allowed.io/x",
        "allowed.io, allowed/x",
        "allowed.io, allowed.io",
        "docker.io/team, encode",
        "docker.io/library, team/encode",
        "docker.io/library, docker.io/team/encode",
        "docker.io, docker.io.evil.com/library/x",
        "docker.io, evil.com/docker.io/library/x",
        "localhost:5000, localhost/x",
        "localhost, localhost:5000/x",
        "localhost, LOCALHOST.evil.com/x",
        "'', encode",
    })
    void isNotPulledFromElsewhere(String allowed, String image) {
        assertThatThrownBy(() -> ImageSources.parse(allowed).toPull(image))
                .isInstanceOf(ImageNotAllowed.class)
                .hasMessageContaining(image)
                .hasMessageContaining("--image-allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allowed.io/../evil.com/x",
                "allowed.io//x",
                "allowed.io/x/",
                "/allowed.io/x",
                "allowed.io@evil.com/x",
                "user:secret@allowed.io/x",
                "allowed.io/x@sha256:12",
                "allowed.io/x:tag:tag",
                "allowed.io/X",
                "allowed.io/x\nevil.com/x",
                "https://allowed.io/x",
                "allowed.io:port/x",
                "allowed.io?/x",
                "",
            })
    void isNotPulledByWhatIsNoName(String image) {
        assertThatThrownBy(() -> ImageSources.EVERYWHERE.toPull(image))
                .isInstanceOf(ImageNotAllowed.class)
                .hasMessageContaining("no name to pull it by");
    }

    @Test
    void isSaidNotToBePulledWithTheRuleAndTheOption() {
        assertThatThrownBy(() -> ImageSources.parse("ghcr.io/team,quay.io").toPull("encode:2"))
                .hasMessage(
                        "image encode:2 is not on this machine, and this node does not pull docker.io/library/encode:2:"
                                + " it pulls from ghcr.io/team, quay.io only;"
                                + " its operator can allow it by --image-allow docker.io/library/encode");
        assertThatThrownBy(() -> ImageSources.NOWHERE.toPull("encode")).hasMessageContaining("it pulls from nowhere;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "library",
                "docker.io/",
                "docker.io/Team",
                "a.io/x:1",
                "a.io/*",
                "*.a.io",
                "https://a.io",
                ",",
                "a.io,,b.io"
            })
    void isAllowedByEntriesThatNameARegistry(String wrong) {
        assertThatThrownBy(() -> ImageSources.parse(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--image-allow");
    }
}
