package io.talflow.flink.cep;

import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.Shape;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.cep.configuration.SharedBufferCacheConfig;
import org.apache.flink.cep.nfa.ComputationState;
import org.apache.flink.cep.nfa.NFA;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.NFAStateSerializer;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.nfa.sharedbuffer.EventId;
import org.apache.flink.cep.nfa.sharedbuffer.Lockable;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBuffer;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferAccessor;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Lets Flink's NFA decide. One NFA and one shared buffer a shape serve every node of every task: a node's partial
 * matches travel in its row, and are put into the buffer for the time of one arrival. Not thread-safe.
 *
 * <p>The NFA's time is the log's, in microseconds where it thinks of milliseconds.
 */
public final class NfaMatcher implements Matcher, AutoCloseable {
    private static final int FORMAT = 1;
    private static final int CACHE_SLOTS = 64;
    /** A shape has its window, so there can be many; each is quickly made. */
    private static final int MOST_MACHINES = 512;
    /** The buffer logs cache statistics from a timer thread; once a year is never. */
    private static final Duration NEVER = Duration.ofDays(365);

    private static final String EVENTS = "sharedBuffer-events";

    private final Function<Shape, Pattern<Arrival, ?>> compiler;
    private final Map<Shape, Machine> machines = new HashMap<>();

    public NfaMatcher() {
        this(new PatternCompiler()::compile);
    }

    /** @param compiler gives the pattern of each shape */
    public NfaMatcher(Function<Shape, Pattern<Arrival, ?>> compiler) {
        this.compiler = compiler;
    }

    @Override
    public Step offer(Shape shape, byte[] memory, Arrival arrival) {
        try {
            return machine(shape).offer(memory, arrival);
        } catch (Exception e) {
            throw new IllegalStateException("pattern %s failed on %s".formatted(shape, arrival), e);
        }
    }

    @Override
    public Step advance(Shape shape, byte[] memory, long timeMicros) {
        try {
            return machine(shape).advance(memory, timeMicros);
        } catch (Exception e) {
            throw new IllegalStateException("pattern %s failed at %d µs".formatted(shape, timeMicros), e);
        }
    }

    @Override
    public void close() {
        machines.values().forEach(Machine::close);
        machines.clear();
    }

    private Machine machine(Shape shape) {
        if (machines.size() == MOST_MACHINES && !machines.containsKey(shape)) {
            close();
        }
        return machines.computeIfAbsent(shape, absent -> new Machine(absent, compiler.apply(absent)));
    }

    private static final class Machine {
        private final long windowMicros;
        private final NFA<Arrival> nfa;
        private final AfterMatchSkipStrategy skip;
        /** Names of the pattern's stages, in order. */
        private final List<String> stages;

        private final BufferStore store = new BufferStore();
        private final SharedBuffer<Arrival> buffer;
        private final NFAStateSerializer states = new NFAStateSerializer();
        private final DataOutputSerializer out = new DataOutputSerializer(256);

        Machine(Shape shape, Pattern<Arrival, ?> pattern) {
            this.windowMicros = shape.windowMicros();
            this.nfa = NFACompiler.compileFactory(pattern, true).createNFA();
            this.skip = pattern.getAfterMatchSkipStrategy();
            this.stages = stages(pattern);
            this.buffer = new SharedBuffer<>(
                    store, ArrivalSerializer.INSTANCE, new SharedBufferCacheConfig(CACHE_SLOTS, CACHE_SLOTS, NEVER));
        }

        Step offer(byte[] memory, Arrival arrival) throws Exception {
            NFAState state = load(memory);
            Collection<Map<String, List<Arrival>>> matches;
            try (SharedBufferAccessor<Arrival> accessor = buffer.getAccessor()) {
                if (hasEnded(state, arrival.timeMicros())) {
                    nfa.advanceTime(accessor, state, arrival.timeMicros(), skip);
                } else {
                    accessor.advanceTime(arrival.timeMicros());
                }
                matches = nfa.process(accessor, state, arrival, arrival.timeMicros(), skip, () -> 0L);
            }
            List<Arrival> match = first(matches);
            boolean taken = !match.isEmpty() || isKept(arrival);
            byte[] kept = match.isEmpty() ? save(state) : null;
            return new Step(match, taken, 0, kept == null ? Ways.NONE : ways(state), kept);
        }

        Step advance(byte[] memory, long timeMicros) throws Exception {
            NFAState state = load(memory);
            List<Arrival> match;
            int timedOut;
            try (SharedBufferAccessor<Arrival> accessor = buffer.getAccessor()) {
                var ended = nfa.advanceTime(accessor, state, timeMicros, skip);
                match = first(ended.f0);
                timedOut = ended.f1.size();
            }
            byte[] kept = match.isEmpty() ? save(state) : null;
            return new Step(match, !match.isEmpty(), timedOut, kept == null ? Ways.NONE : ways(state), kept);
        }

        /** Whether the window of some way is over; to have the NFA look costs the square of their number. */
        private boolean hasEnded(NFAState state, long timeMicros) {
            return windowMicros > 0
                    && state.getPartialMatches().stream()
                            .anyMatch(way -> way.getStartEventID() != null
                                    && timeMicros - way.getStartTimestamp() >= windowMicros);
        }

        private static List<String> stages(Pattern<?, ?> pattern) {
            Deque<String> names = new ArrayDeque<>();
            for (Pattern<?, ?> stage = pattern; stage != null; stage = stage.getPrevious()) {
                names.addFirst(stage.getName());
            }
            return List.copyOf(names);
        }

        /** The arrivals of the first match, in order of their stages. */
        private List<Arrival> first(Collection<Map<String, List<Arrival>>> matches) {
            if (matches.isEmpty()) {
                return List.of();
            }
            Map<String, List<Arrival>> match = matches.iterator().next();
            List<Arrival> arrivals = new ArrayList<>();
            stages.forEach(stage -> arrivals.addAll(match.getOrDefault(stage, List.of())));
            return arrivals;
        }

        /** Whether an arrival is part of some partial match. */
        private boolean isKept(Arrival arrival) {
            for (Object event : store.values(EVENTS)) {
                if (((Lockable<?>) event).getElement().equals(arrival)) {
                    return true;
                }
            }
            return false;
        }

        /** The partial matches but for the one that waits for a beginning. */
        private Ways ways(NFAState state) {
            int count = 0;
            ComputationState oldest = null;
            for (ComputationState way : state.getPartialMatches()) {
                if (way.getStartEventID() != null) {
                    count++;
                    if (oldest == null || way.getStartTimestamp() < oldest.getStartTimestamp()) {
                        oldest = way;
                    }
                }
            }
            return oldest == null ? Ways.NONE : new Ways(count, event(oldest.getStartEventID()));
        }

        private Arrival event(EventId id) {
            return (Arrival) ((Lockable<?>) store.value(EVENTS, id)).getElement();
        }

        private NFAState load(byte[] memory) throws IOException {
            store.clear();
            if (memory == null) {
                return nfa.createInitialNFAState();
            }
            DataInputDeserializer in = new DataInputDeserializer(memory);
            int format = in.readByte();
            if (format != FORMAT) {
                throw new IOException("partial matches of format %d, this version reads %d".formatted(format, FORMAT));
            }
            NFAState state = states.deserialize(in);
            store.read(in);
            return state;
        }

        private byte[] save(NFAState state) throws IOException {
            if (isInitial(state)) {
                return null;
            }
            out.clear();
            out.writeByte(FORMAT);
            states.serialize(state, out);
            store.write(out);
            return out.getCopyOfBuffer();
        }

        private static boolean isInitial(NFAState state) {
            if (state.getPartialMatches().size() != 1
                    || !state.getCompletedMatches().isEmpty()) {
                return false;
            }
            ComputationState only = state.getPartialMatches().peek();
            return only.getPreviousBufferEntry() == null && only.getStartEventID() == null;
        }

        void close() {
            buffer.releaseCacheStatisticsTimer();
        }
    }
}
