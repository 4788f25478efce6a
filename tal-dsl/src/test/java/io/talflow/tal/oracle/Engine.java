package io.talflow.tal.oracle;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import io.talflow.tal.semantics.Matcher;
import java.util.List;

/** Something that runs one task of a drawn workflow: its log in, its decisions and what it emits out. */
public interface Engine {
    /** Makes the engine of a case. */
    interface Maker {
        Engine of(Workflow workflow, String text);
    }

    /** The version a start event names. */
    String version();

    /** Applies an event of the log, and what the task appends because of it. */
    List<Effect> on(TalEvent event, long timeMillis);

    /** The executable semantics with a matcher. */
    static Engine interpreting(Workflow workflow, Matcher matcher) {
        Interpreter interpreter = new Interpreter(workflow, matcher);
        return new Engine() {
            @Override
            public String version() {
                return Interpreter.VERSION;
            }

            @Override
            public List<Effect> on(TalEvent event, long timeMillis) {
                return interpreter.on(event, timeMillis);
            }
        };
    }
}
