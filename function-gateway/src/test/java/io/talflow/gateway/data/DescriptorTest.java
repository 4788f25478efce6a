package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The name of a value's file")
class DescriptorTest {
    private static final String ID = "0123456789abcdef".repeat(2);

    @ParameterizedTest
    @CsvSource({
        "video/mp4, false, w/t@12/split/0",
        "application/vnd.x+json, false, w/t@9007199254740991/cut-2.1/17",
        "a/b, false, w/t@0/compensate/3",
        "a/b, true, ''",
        "a/b, false, ''"
    })
    void saysAllButItsTask(String type, boolean copy, String of) {
        Descriptor value = new Descriptor(ID, "w/t", type, 5, "0f1e2d3c", copy, of);
        assertThat(value.fileName()).doesNotContain("/");
        assertThat(Descriptor.ofFile(value.fileName(), "w/t", 5)).isEqualTo(value);
    }

    @Test
    void leavesOutAFiringThatIsNoNameOrDoesNotFit() {
        for (String of : new String[] {"w/other@1/f/0", "w/t@1/ä/0", "w/t@1/" + "f".repeat(250) + "/0"}) {
            Descriptor value = new Descriptor(ID, "w/t", "a/b", 5, "0f1e2d3c", false, of);
            assertThat(Descriptor.ofFile(value.fileName(), "w/t", 5))
                    .isEqualTo(new Descriptor(ID, "w/t", "a/b", 5, "0f1e2d3c", false, ""));
        }
    }

    @Test
    void isNoOtherName() {
        for (String name : new String[] {"task", ID + ".part", ID + ".0f1e2d3c.own.a", ID + ".0f1e2d3c.own.a~b@/x"}) {
            assertThat(Descriptor.ofFile(name, "w/t", 5)).as(name).isNull();
        }
    }
}
