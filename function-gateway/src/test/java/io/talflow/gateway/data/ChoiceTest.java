package io.talflow.gateway.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The way of a value")
class ChoiceTest {
    private static final long MB = 1 << 20;
    private final Rates rates = new Rates();
    private final Choice choice = new Choice(rates);

    /** Direct: 1 ms and 100 MB/s; the store: 10 ms, 200 MB/s in and out. */
    @BeforeEach
    void measured() {
        took(Rates.Kind.DIRECT, 1_000, 0.001);
        took(Rates.Kind.DIRECT, 100 * MB, 0.001 + MB * 100 / 100e6);
        for (Rates.Kind kind : new Rates.Kind[] {Rates.Kind.REMOTE_GET, Rates.Kind.REMOTE_PUT}) {
            took(kind, 1_000, 0.010);
            took(kind, 100 * MB, 0.010 + MB * 100 / 200e6);
        }
    }

    @Test
    void leadsThroughTheStoreWhereManyReadALargeValue() {
        assertThat(put(100 * MB, 4).replicate()).isTrue();
        assertThat(put(100 * MB, 1).replicate()).isFalse();
        assertThat(put(100_000, 8).replicate()).isFalse();
        assertThat(put(100 * MB, 4).why()).contains("4.0 nodes read it");
    }

    @Test
    void isTheFasterOneOfThoseThereAre() {
        assertThat(choice.get(100 * MB, "n", true, true).ways()).containsExactly(Way.REMOTE, Way.DIRECT);
        assertThat(choice.get(100_000, "n", true, true).ways()).containsExactly(Way.DIRECT, Way.REMOTE);
        assertThat(choice.get(100 * MB, "n", true, false).ways()).containsExactly(Way.DIRECT);
        assertThat(choice.get(100, "n", false, true).ways()).containsExactly(Way.REMOTE);
        assertThat(choice.get(100, "n", false, false).ways()).isEmpty();
    }

    @Test
    void isWhatTheFunctionSays() {
        assertThat(choice.put(100, 0, true, Replicate.ALWAYS).replicate()).isTrue();
        assertThat(choice.put(100 * MB, 16, true, Replicate.NEVER).replicate()).isFalse();
        assertThat(choice.put(100 * MB, 16, false, Replicate.ALWAYS).replicate())
                .as("without a store")
                .isFalse();
    }

    @Test
    void followsWhatTransfersTakeLately() {
        for (int i = 0; i < 20; i++) {
            took(Rates.Kind.REMOTE_GET, 100 * MB, 10);
        }
        assertThat(choice.get(100 * MB, "n", true, true).ways()).startsWith(Way.DIRECT);
    }

    private Choice.OfPut put(long bytes, int nodes) {
        return choice.put(bytes, nodes, true, Replicate.AUTO);
    }

    private void took(Rates.Kind kind, long bytes, double seconds) {
        rates.took(kind, bytes, (long) (seconds * 1e9));
    }
}
