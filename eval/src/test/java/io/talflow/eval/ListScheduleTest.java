package io.talflow.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ListScheduleTest {
    @Test
    void withSlotsToSpareTheLastBitEndsOneBodyAfterItIsReady() {
        assertThat(ListSchedule.streamed(20, 100, 200, 4)).isEqualTo(2_200);
    }

    @Test
    void withTooFewSlotsTheBodiesAreWhatTakesTime() {
        // ready at 100, 200, 300, 400; the one slot is free again at 400, 700, 1000, 1300
        assertThat(ListSchedule.streamed(4, 100, 300, 1)).isEqualTo(1_300);
    }

    @Test
    void aListIsBegunWhenItIsWhole() {
        assertThat(ListSchedule.listed(20, 100, 200, 4)).isEqualTo(3_000, within(0.001));
        assertThat(ListSchedule.listed(5, 100, 200, 4)).isEqualTo(900, within(0.001));
    }
}
