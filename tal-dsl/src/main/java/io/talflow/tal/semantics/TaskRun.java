package io.talflow.tal.semantics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What everything that happens in one step of a task shares: its state, its rules, and where effects go. */
final class TaskRun {
    final TaskState state;
    final TaskHeader header;
    final Program program;
    final Matcher matcher;
    final LogEvent logEvent;
    /** The event's data as a JSON value. */
    final Object data;

    final List<Effect> effects;
    final Timers timers;
    final Garbage garbage;
    /** Occurrences that are yet to be delivered. */
    final Deque<Occurrence> pending = new ArrayDeque<>();
    /** Log time of what happens now, in microseconds: the event's, or a deadline's before it. */
    long nowMicros;

    boolean contextChanged;
    private AddedRules added;
    /** Rows of the rules added by what happens now, which see what comes after it (D44). */
    private final Set<String> fresh = new HashSet<>();

    TaskRun(
            TaskState state,
            TaskHeader header,
            Program program,
            Matcher matcher,
            LogEvent logEvent,
            Object data,
            List<Effect> effects) {
        this.state = state;
        this.header = header;
        this.program = program;
        this.matcher = matcher;
        this.logEvent = logEvent;
        this.data = data;
        this.nowMicros = header.clockMicros;
        this.effects = effects;
        this.timers = new Timers(state, header);
        this.garbage = new Garbage(state, header);
    }

    /** Asks a node's pattern, and keeps what it has to remember. */
    Matcher.Step pattern(CompiledRule rule, CompiledRule.Node node, Function<byte[], Matcher.Step> question) {
        if (!node.shape().remembers()) {
            return question.apply(null);
        }
        String row = TaskState.nodeRow('m', rule, node.number());
        byte[] before = state.get(row);
        Matcher.Step step = question.apply(before);
        if (step.memory() != null) {
            state.put(row, step.memory());
        } else if (before != null) {
            state.remove(row);
        }
        return step;
    }

    /** An occurrence that the event makes. */
    Occurrence occurrence(LeafKey key, Occurrence.Slice slice, Object value) {
        return Occurrence.of(key, slice, logEvent.event(), logEvent.timeMillis(), value);
    }

    long nowMillis() {
        return nowMicros / 1000;
    }

    boolean isRunning() {
        return header.status == TaskHeader.Status.RUNNING;
    }

    /** The rules of the definition. */
    RuleIndex rules() {
        return program.index();
    }

    /** The rules added to this task. */
    RuleIndex addedRules() {
        if (header.added == 0) {
            return RuleIndex.NONE;
        }
        if (added == null) {
            added = program.added(state);
        }
        return added.index();
    }

    /** Another rule was added, under this row. */
    void added(String row) {
        added = null;
        fresh.add(row);
    }

    /** What was added so far sees what comes now. */
    void next() {
        fresh.clear();
    }

    boolean isFresh(CompiledRule rule) {
        return !fresh.isEmpty() && fresh.contains(rule.row());
    }

    /** The rule of that id, or null. */
    CompiledRule ruleById(String id) {
        CompiledRule own = rules().byId(id);
        return own != null ? own : addedRules().byId(id);
    }

    /** The rule of that row name, or null. */
    CompiledRule ruleByRow(String row) {
        CompiledRule own = rules().byRow(row);
        return own != null ? own : addedRules().byRow(row);
    }
}
