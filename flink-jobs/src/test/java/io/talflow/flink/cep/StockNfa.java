package io.talflow.flink.cep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.cep.nfa.NFA;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.nfa.compiler.NFACompiler;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferAccessor;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.utils.TestSharedBuffer;

/** A pattern as Flink runs it: its NFA, with a shared buffer of Flink's own that lives as long as the pattern does. */
final class StockNfa<T> implements AutoCloseable {
    private final NFA<T> nfa;
    private final NFAState state;
    private final AfterMatchSkipStrategy skip;
    private final TestSharedBuffer<T> buffer;

    /**
     * What happened at one time.
     *
     * @param matches each with its events in the order of the pattern's stages
     * @param timedOut how many partial matches ended
     */
    record Outcome<T>(List<List<T>> matches, int timedOut) {}

    StockNfa(Pattern<T, ?> pattern, TypeSerializer<T> events) {
        this.nfa = NFACompiler.compileFactory(pattern, true).createNFA();
        this.state = nfa.createInitialNFAState();
        this.skip = pattern.getAfterMatchSkipStrategy();
        this.buffer = TestSharedBuffer.createTestBuffer(events);
    }

    /** Moves the clock. Matches that waited for it, as an absence does, come here. */
    Outcome<T> advance(long time) throws Exception {
        try (SharedBufferAccessor<T> accessor = buffer.getAccessor()) {
            var ended = nfa.advanceTime(accessor, state, time, skip);
            return new Outcome<>(events(ended.f0), ended.f1.size());
        }
    }

    /** Moves the clock, then takes an event. */
    Outcome<T> offer(T event, long time) throws Exception {
        Outcome<T> before = advance(time);
        try (SharedBufferAccessor<T> accessor = buffer.getAccessor()) {
            List<List<T>> matches = new ArrayList<>(before.matches);
            matches.addAll(events(nfa.process(accessor, state, event, time, skip, () -> 0L)));
            return new Outcome<>(matches, before.timedOut);
        }
    }

    private static <T> List<List<T>> events(Collection<Map<String, List<T>>> matches) {
        List<List<T>> all = new ArrayList<>();
        for (Map<String, List<T>> match : matches) {
            List<T> one = new ArrayList<>();
            match.values().forEach(one::addAll);
            all.add(one);
        }
        return all;
    }

    @Override
    public void close() {
        buffer.releaseCacheStatisticsTimer();
    }
}
