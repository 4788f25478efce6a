package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The rows of a task")
class RowStoreTest {
    private static final byte[] ONE = {1};

    private final Map<String, byte[]> keyed = new HashMap<>();
    private final List<String> lookedFor = new ArrayList<>();
    private final RowStore store = new RowStore(state(), task -> {});

    @Test
    void areLookedForInKeyedStateOnce() {
        keyed.put("stored", ONE);
        assertThat(store.of("w/t").get("stored")).isEqualTo(ONE);
        assertThat(store.of("w/t").get("stored")).isEqualTo(ONE);
        assertThat(store.of("w/t").get("absent")).isNull();
        assertThat(store.of("w/t").get("absent")).isNull();
        assertThat(lookedFor).containsExactly("stored", "absent");
    }

    @Test
    void areNotLookedForIfItHasNone() throws Exception {
        store.of("w/t").none();
        assertThat(store.of("w/t").get("row")).isNull();
        store.of("w/t").put("row", ONE);
        store.flush();
        assertThat(keyed).containsOnlyKeys("row");
        store.of("w/t").put("row", null);
        store.flush();
        assertThat(store.of("w/t").get("row")).isNull();
        assertThat(keyed).isEmpty();
        assertThat(lookedFor).isEmpty();
    }

    @Test
    void areLookedForAgainOnceMemoryHasDroppedSome() throws Exception {
        store.of("w/t").none();
        for (int row = 0; row < 2_000; row++) {
            store.of("w/t").put("row" + row, ONE);
        }
        store.flush();
        assertThat(store.of("w/t").get("row7")).isEqualTo(ONE);
        assertThat(lookedFor).containsExactly("row7");
    }

    @Test
    void areWrittenWithoutBeingLookedFor() throws Exception {
        store.of("w/t").put("row", ONE);
        store.flush();
        assertThat(keyed).containsOnlyKeys("row");
        assertThat(lookedFor).isEmpty();
    }

    @Test
    void leaveMemoryAtOnceIfTheyComeAndGo() throws Exception {
        store.of("w/t").none();
        store.of("w/t").put("header", ONE);
        int before = store.held();
        for (int row = 0; row < 100; row++) {
            store.of("w/t").put("row" + row, ONE);
            store.of("w/t").put("row" + row, null);
        }
        assertThat(store.held()).isEqualTo(before);
        store.of("w/t").put("row7", ONE);
        store.flush();
        assertThat(keyed).containsOnlyKeys("header", "row7");
    }

    @Test
    void ofTheTasksThatWereIdleTheLongestMakeRoom() throws Exception {
        for (int task = 0; task < RowStore.MAX_ROWS; task++) {
            store.of("w/t" + task).none();
            store.of("w/t" + task).put("row", ONE);
            store.of("w/t0").get("row");
            store.relieve();
        }
        assertThat(store.held()).as("besides those that wait to be written").isLessThan(RowStore.MAX_ROWS + 3_000);
        store.flush();
        for (int relieved = 0; relieved < 200; relieved++) {
            store.relieve();
        }
        assertThat(store.held()).isLessThanOrEqualTo(RowStore.MAX_ROWS);
        assertThat(store.of("w/t0").get("row")).isEqualTo(ONE);
        assertThat(lookedFor).as("of the one in use").isEmpty();
        assertThat(store.of("w/t1").get("row")).isEqualTo(ONE);
        assertThat(lookedFor).containsExactly("row");
    }

    private MapState<String, byte[]> state() {
        return new MapState<>() {
            @Override
            public byte[] get(String name) {
                lookedFor.add(name);
                return keyed.get(name);
            }

            @Override
            public void put(String name, byte[] row) {
                keyed.put(name, row);
            }

            @Override
            public void putAll(Map<String, byte[]> rows) {
                keyed.putAll(rows);
            }

            @Override
            public void remove(String name) {
                keyed.remove(name);
            }

            @Override
            public boolean contains(String name) {
                return keyed.containsKey(name);
            }

            @Override
            public Iterable<Map.Entry<String, byte[]>> entries() {
                return keyed.entrySet();
            }

            @Override
            public Iterable<String> keys() {
                return keyed.keySet();
            }

            @Override
            public Iterable<byte[]> values() {
                return keyed.values();
            }

            @Override
            public java.util.Iterator<Map.Entry<String, byte[]>> iterator() {
                return keyed.entrySet().iterator();
            }

            @Override
            public boolean isEmpty() {
                return keyed.isEmpty();
            }

            @Override
            public void clear() {
                keyed.clear();
            }
        };
    }
}
