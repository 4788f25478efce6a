package io.talflow.tal.oracle;

import java.util.List;
import java.util.Optional;

/**
 * What a node does next.
 *
 * @param ended windows that ended before the match, in order, as matches at their ends with what had filled the parts
 * @param failed the match says that the gathered stream failed (D32)
 */
record Found(Optional<Match> match, List<Match> ended, boolean failed) {
    static final Found NOTHING = new Found(Optional.empty(), List.of(), false);

    static Found of(Optional<Match> match) {
        return new Found(match, List.of(), false);
    }
}
