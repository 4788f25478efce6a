package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;
import java.time.Duration;
import java.util.Optional;

/** The pattern each kind of expression is. */
public enum ShapeOf implements EventExpression.Visitor<Shape> {
    INSTANCE;

    @Override
    public Shape leaf(EventExpression.Leaf leaf) {
        return Shape.EVENT;
    }

    @Override
    public Shape any(EventExpression.Any any) {
        return Shape.FIRST;
    }

    @Override
    public Shape all(EventExpression.All all) {
        return Shape.last(window(all.window()));
    }

    @Override
    public Shape atLeast(EventExpression.AtLeast atLeast) {
        return Shape.last(window(atLeast.window()));
    }

    @Override
    public Shape count(EventExpression.Count count) {
        return Shape.last(window(count.window()));
    }

    @Override
    public Shape seq(EventExpression.Seq seq) {
        int stages = seq.children().size();
        return seq.strict() ? Shape.strict(stages, window(seq.window())) : Shape.sequence(stages, window(seq.window()));
    }

    @Override
    public Shape gather(EventExpression.Gather gather) {
        return Shape.last(window(gather.window()));
    }

    @Override
    public Shape absent(EventExpression.Absent absent) {
        return Shape.absent(micros(absent.duration()));
    }

    @Override
    public Shape every(EventExpression.Every every) {
        return Shape.EVENT;
    }

    /** The wait is none of the pattern's: when it is over, the batch is complete. */
    @Override
    public Shape batch(EventExpression.Batch batch) {
        return Shape.LAST;
    }

    private static long window(Optional<Duration> window) {
        return window.isPresent() ? micros(window.get()) : 0;
    }

    static long micros(Duration duration) {
        return Math.multiplyExact(duration.toMillis(), 1000L);
    }
}
