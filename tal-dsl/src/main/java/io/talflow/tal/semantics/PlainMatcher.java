package io.talflow.tal.semantics;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The meaning of each shape, spelled out. */
public final class PlainMatcher implements Matcher {
    private static final int ARRIVAL_BYTES = Integer.BYTES + 2 * Long.BYTES;

    @Override
    public Step offer(Shape shape, byte[] memory, Arrival arrival) {
        List<List<Arrival>> ways = read(memory);
        expire(shape, ways, arrival.timeMicros());
        return switch (shape.kind()) {
            case EVENT, FIRST -> matched(List.of(arrival));
            case LAST -> last(shape, ways, arrival);
            case SEQUENCE, STRICT -> sequence(shape, ways, arrival);
            case ABSENT -> absent(ways, arrival);
        };
    }

    @Override
    public Step advance(Shape shape, byte[] memory, long timeMicros) {
        List<List<Arrival>> ways = read(memory);
        List<List<Arrival>> ended = expire(shape, ways, timeMicros);
        if (shape.kind() == Shape.Kind.ABSENT && !ended.isEmpty()) {
            return matched(ended.get(0));
        }
        return new Step(List.of(), false, ended.size(), waysOf(ways), write(ways));
    }

    private static Step matched(List<Arrival> match) {
        return new Step(match, true, 0, Ways.NONE, null);
    }

    private static Step open(List<List<Arrival>> ways, boolean taken) {
        return new Step(List.of(), taken, 0, waysOf(ways), write(ways));
    }

    private static Step last(Shape shape, List<List<Arrival>> ways, Arrival arrival) {
        if (shape.isTimed() && arrival.opens()) {
            ways.add(new ArrayList<>(List.of(arrival)));
            return open(ways, true);
        }
        if (!arrival.complete() || (shape.isTimed() && ways.isEmpty())) {
            return open(ways, false);
        }
        return matched(shape.isTimed() ? List.of(ways.get(0).get(0), arrival) : List.of(arrival));
    }

    private static Step sequence(Shape shape, List<List<Arrival>> ways, Arrival arrival) {
        boolean taken = false;
        for (Iterator<List<Arrival>> each = ways.iterator(); each.hasNext(); ) {
            List<Arrival> way = each.next();
            if (arrival.fills(way.size())) {
                way.add(arrival);
                taken = true;
                if (way.size() == shape.stages()) {
                    return matched(way);
                }
            } else if (shape.kind() == Shape.Kind.STRICT) {
                each.remove();
            }
        }
        if (arrival.fills(0)) {
            taken = true;
            List<Arrival> way = new ArrayList<>(List.of(arrival));
            if (shape.stages() == 1) {
                return matched(way);
            }
            ways.add(way);
        }
        return open(ways, taken);
    }

    private static Step absent(List<List<Arrival>> ways, Arrival arrival) {
        boolean opens = arrival.fills(0);
        if (opens) {
            ways.add(new ArrayList<>(List.of(arrival)));
        } else {
            ways.clear();
        }
        return open(ways, opens);
    }

    /** Takes out the ways whose window has ended by then. */
    private static List<List<Arrival>> expire(Shape shape, List<List<Arrival>> ways, long timeMicros) {
        List<List<Arrival>> ended = new ArrayList<>();
        if (shape.isTimed()) {
            for (List<Arrival> way : ways) {
                if (timeMicros - way.get(0).timeMicros() >= shape.windowMicros()) {
                    ended.add(way);
                }
            }
            ways.removeAll(ended);
        }
        return ended;
    }

    private static Ways waysOf(List<List<Arrival>> ways) {
        return ways.isEmpty() ? Ways.NONE : new Ways(ways.size(), ways.get(0).get(0));
    }

    private static byte[] write(List<List<Arrival>> ways) {
        if (ways.isEmpty()) {
            return null;
        }
        int arrivals = ways.stream().mapToInt(List::size).sum();
        ByteBuffer out = ByteBuffer.allocate(ways.size() * Integer.BYTES + arrivals * ARRIVAL_BYTES);
        for (List<Arrival> way : ways) {
            out.putInt(way.size());
            way.forEach(arrival ->
                    out.putLong(arrival.slots()).putInt(arrival.number()).putLong(arrival.timeMicros()));
        }
        return out.array();
    }

    private static List<List<Arrival>> read(byte[] memory) {
        List<List<Arrival>> ways = new ArrayList<>();
        if (memory != null) {
            for (ByteBuffer in = ByteBuffer.wrap(memory); in.hasRemaining(); ) {
                List<Arrival> way = new ArrayList<>();
                for (int left = in.getInt(); left > 0; left--) {
                    way.add(new Arrival(in.getLong(), in.getInt(), in.getLong(), false));
                }
                ways.add(way);
            }
        }
        return ways;
    }
}
