package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("An embedded stack")
@ExtendWith(SharedStack.class)
class LoopbackIT {
    @Test
    void listensOnLoopbackAndForItsContainersAlone(Talflow talflow) throws IOException {
        assumeTrue(ListeningSockets.canBeSeen(), "no /proc to see what this process listens at");
        assertThat(talflow.api().healthy()).isTrue();
        assertThat(ListeningSockets.of(ProcessHandle.current().pid()))
                .as("broker, its controller and gateway at least")
                .hasSizeGreaterThanOrEqualTo(3)
                .allMatch(ListeningSockets.Listening::onlyHere);
    }
}
