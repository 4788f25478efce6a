package io.talflow.flink.cep;

import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Shape;
import java.time.Duration;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;

/**
 * The Flink CEP pattern of each shape. Stage names are fixed: state in a savepoint names them.
 *
 * <p>Arrivals come numbered, with the one that completes a join flagged, so that any width is one stage: the obvious
 * {@code times(n)} would open a partial match at each arrival and visit all of them at the next.
 */
public final class PatternCompiler {
    private static final AfterMatchSkipStrategy PAST_LAST = AfterMatchSkipStrategy.skipPastLastEvent();

    /** The pattern of a shape; pure. The unit of its time is the microsecond. */
    public Pattern<Arrival, ?> compile(Shape shape) {
        Pattern<Arrival, ?> pattern = switch (shape.kind()) {
            case EVENT -> Pattern.<Arrival>begin("event", PAST_LAST).where(new Any());
            case FIRST -> Pattern.<Arrival>begin("first", PAST_LAST).where(new Any());
            case LAST -> last(shape.windowMicros() > 0);
            case SEQUENCE, STRICT -> sequence(shape.stages(), shape.kind() == Shape.Kind.STRICT);
            case ABSENT ->
                Pattern.<Arrival>begin("after", PAST_LAST)
                        .where(new Slot(0))
                        .notFollowedBy("event")
                        .where(new Slot(1));
        };
        return shape.windowMicros() > 0 ? pattern.within(Duration.ofMillis(shape.windowMicros())) : pattern;
    }

    private static Pattern<Arrival, Arrival> last(boolean timed) {
        return timed
                ? Pattern.<Arrival>begin("open", PAST_LAST)
                        .where(new Opening())
                        .followedBy("last")
                        .where(new Complete())
                : Pattern.<Arrival>begin("last", PAST_LAST).where(new Complete());
    }

    private static Pattern<Arrival, Arrival> sequence(int stages, boolean strict) {
        Pattern<Arrival, Arrival> pattern =
                Pattern.<Arrival>begin("0", PAST_LAST).where(new Slot(0));
        for (int stage = 1; stage < stages; stage++) {
            String name = Integer.toString(stage);
            pattern = (strict ? pattern.next(name) : pattern.followedBy(name)).where(new Slot(stage));
        }
        return pattern;
    }

    private static final class Any extends SimpleCondition<Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Arrival arrival) {
            return true;
        }
    }

    private static final class Opening extends SimpleCondition<Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Arrival arrival) {
            return arrival.opens();
        }
    }

    private static final class Complete extends SimpleCondition<Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Arrival arrival) {
            return arrival.complete();
        }
    }

    private static final class Slot extends SimpleCondition<Arrival> {
        private static final long serialVersionUID = 1L;
        private final int slot;

        Slot(int slot) {
            this.slot = slot;
        }

        @Override
        public boolean filter(Arrival arrival) {
            return arrival.fills(slot);
        }
    }
}
