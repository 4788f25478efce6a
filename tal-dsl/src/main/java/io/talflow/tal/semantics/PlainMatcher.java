package io.talflow.tal.semantics;

import java.nio.ByteBuffer;

/** The meaning of each shape, spelled out. */
public final class PlainMatcher implements Matcher {
    private static final Step MATCHED = new Step(true, null);
    private static final Step NOT_YET = new Step(false, null);

    @Override
    public Step offer(Shape shape, byte[] memory, Arrival arrival) {
        return switch (shape.kind()) {
            case EVENT, FIRST -> MATCHED;
            case LAST -> arrival.complete() ? MATCHED : NOT_YET;
            case SEQUENCE -> sequence(shape.stages(), memory, arrival);
        };
    }

    private static Step sequence(int stages, byte[] memory, Arrival arrival) {
        int next = memory == null ? 0 : ByteBuffer.wrap(memory).getInt();
        if (arrival.slot() != next) {
            return new Step(false, memory);
        }
        return next + 1 == stages
                ? MATCHED
                : new Step(
                        false,
                        ByteBuffer.allocate(Integer.BYTES).putInt(next + 1).array());
    }
}
