package io.talflow.flink.cep;

import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.Shape;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.cep.configuration.SharedBufferCacheConfig;
import org.apache.flink.cep.nfa.ComputationState;
import org.apache.flink.cep.nfa.NFA;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.NFAStateSerializer;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBuffer;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferAccessor;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Lets Flink's NFA decide. One NFA and one shared buffer a shape serve every node of every task: a node's partial
 * matches travel in its row, and are put into the buffer for the time of one arrival. Not thread-safe.
 *
 * <p>Arrival times increase strictly per task, so the buffer's counters of events per timestamp need not be kept.
 */
public final class NfaMatcher implements Matcher, AutoCloseable {
    private static final int FORMAT = 1;
    private static final int CACHE_SLOTS = 64;
    /** The buffer logs cache statistics from a timer thread; once a year is never. */
    private static final Duration NEVER = Duration.ofDays(365);

    private static final String COUNTERS = "sharedBuffer-events-count";

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
            return machines.computeIfAbsent(shape, this::machine).offer(memory, arrival);
        } catch (Exception e) {
            throw new IllegalStateException("pattern %s failed on %s".formatted(shape, arrival), e);
        }
    }

    @Override
    public void close() {
        machines.values().forEach(Machine::close);
        machines.clear();
    }

    private Machine machine(Shape shape) {
        return new Machine(compiler.apply(shape));
    }

    private static final class Machine {
        private final NFA<Arrival> nfa;
        private final AfterMatchSkipStrategy skip;
        private final BufferStore store = new BufferStore();
        private final SharedBuffer<Arrival> buffer;
        private final NFAStateSerializer states = new NFAStateSerializer();
        private final DataOutputSerializer out = new DataOutputSerializer(256);

        Machine(Pattern<Arrival, ?> pattern) {
            this.nfa = NFACompiler.compileFactory(pattern, false).createNFA();
            this.skip = pattern.getAfterMatchSkipStrategy();
            this.buffer = new SharedBuffer<>(
                    store, ArrivalSerializer.INSTANCE, new SharedBufferCacheConfig(CACHE_SLOTS, CACHE_SLOTS, NEVER));
        }

        Step offer(byte[] memory, Arrival arrival) throws Exception {
            NFAState state = load(memory);
            boolean matched;
            try (SharedBufferAccessor<Arrival> accessor = buffer.getAccessor()) {
                matched = !nfa.process(accessor, state, arrival, arrival.timeMicros(), skip, () -> 0L)
                        .isEmpty();
            }
            return new Step(matched, save(state));
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
            store.clear(COUNTERS);
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
