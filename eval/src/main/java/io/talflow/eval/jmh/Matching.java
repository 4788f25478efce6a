package io.talflow.eval.jmh;

import io.talflow.flink.cep.NfaMatcher;
import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One arrival at a pattern of each shape, with what the node remembers as it is half-way to a match. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"})
public class Matching {
    private static final long WINDOW_MICROS = 60_000_000L;

    /** A shape, and the arrival that is offered. */
    @SuppressWarnings("ImmutableEnumChecker") // a shape is a record of numbers
    public enum Case {
        EVENT(Shape.EVENT, 0, true),
        FIRST(Shape.FIRST, 0, true),
        LAST_INCOMPLETE(Shape.LAST, 1, false),
        LAST_COMPLETE(Shape.LAST, 1, true),
        LAST_IN_WINDOW(Shape.last(WINDOW_MICROS), 1, false),
        SEQUENCE(Shape.sequence(3, 0), 1, true),
        SEQUENCE_IN_WINDOW(Shape.sequence(3, WINDOW_MICROS), 1, true),
        STRICT(Shape.strict(3, 0), 1, true),
        ABSENT(Shape.absent(WINDOW_MICROS), 1, true);

        private final Shape shape;
        private final int part;
        private final boolean complete;

        Case(Shape shape, int part, boolean complete) {
            this.shape = shape;
            this.part = part;
            this.complete = complete;
        }
    }

    /** The cases, each by itself. */
    @Param
    public Case shape;

    private NfaMatcher matcher;
    private byte[] memory;

    /** Brings the node to where the arrival finds it. */
    @Setup
    public void open() {
        matcher = new NfaMatcher();
        boolean window = shape.shape.kind() == Shape.Kind.LAST && shape.shape.windowMicros() > 0;
        boolean begins = shape.shape.stages() > 1 || shape.shape.kind() == Shape.Kind.ABSENT;
        if (window || begins) {
            Arrival first = new Arrival(window ? Arrival.OPENING : Arrival.slot(0), 0, 1, !window);
            memory = matcher.offer(shape.shape, null, first).memory();
        }
    }

    /** Releases the buffers' threads. */
    @TearDown
    public void close() {
        matcher.close();
    }

    /** One arrival. */
    @Benchmark
    public Matcher.Step offer() {
        return matcher.offer(shape.shape, memory, new Arrival(Arrival.slot(shape.part), 0, 2, shape.complete));
    }
}
