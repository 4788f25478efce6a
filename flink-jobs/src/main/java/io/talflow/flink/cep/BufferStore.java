package io.talflow.flink.cep;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Where a shared buffer keeps its maps: in memory, filled from and written to one row. It asks for no other state. */
final class BufferStore implements KeyedStateStore {
    private final Map<String, HeapMapState<?, ?>> maps = new TreeMap<>();

    @Override
    public <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
        HeapMapState<K, V> map = new HeapMapState<>(descriptor.getKeySerializer(), descriptor.getValueSerializer());
        maps.put(descriptor.getName(), map);
        return map;
    }

    void clear() {
        maps.values().forEach(HeapMapState::clear);
    }

    /** The values of one map. */
    Iterable<?> values(String name) {
        return maps.get(name).values();
    }

    Object value(String name, Object key) {
        return maps.get(name).at(key);
    }

    void write(DataOutputView out) throws IOException {
        for (HeapMapState<?, ?> map : maps.values()) {
            map.write(out);
        }
    }

    void read(DataInputView in) throws IOException {
        for (HeapMapState<?, ?> map : maps.values()) {
            map.read(in);
        }
    }

    @Override
    public String getBackendTypeIdentifier() {
        return "row";
    }

    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getName());
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getName());
    }

    @Override
    public <T> ReducingState<T> getReducingState(ReducingStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getName());
    }

    @Override
    public <I, A, O> AggregatingState<I, O> getAggregatingState(AggregatingStateDescriptor<I, A, O> descriptor) {
        throw noSuch(descriptor.getName());
    }

    @Override
    public <T> org.apache.flink.api.common.state.v2.ValueState<T> getValueState(
            org.apache.flink.api.common.state.v2.ValueStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getStateId());
    }

    @Override
    public <T> org.apache.flink.api.common.state.v2.ListState<T> getListState(
            org.apache.flink.api.common.state.v2.ListStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getStateId());
    }

    @Override
    public <K, V> org.apache.flink.api.common.state.v2.MapState<K, V> getMapState(
            org.apache.flink.api.common.state.v2.MapStateDescriptor<K, V> descriptor) {
        throw noSuch(descriptor.getStateId());
    }

    @Override
    public <T> org.apache.flink.api.common.state.v2.ReducingState<T> getReducingState(
            org.apache.flink.api.common.state.v2.ReducingStateDescriptor<T> descriptor) {
        throw noSuch(descriptor.getStateId());
    }

    @Override
    public <I, A, O> org.apache.flink.api.common.state.v2.AggregatingState<I, O> getAggregatingState(
            org.apache.flink.api.common.state.v2.AggregatingStateDescriptor<I, A, O> descriptor) {
        throw noSuch(descriptor.getStateId());
    }

    private static IllegalStateException noSuch(String name) {
        return new IllegalStateException("a shared buffer keeps maps only, asked for " + name);
    }
}
