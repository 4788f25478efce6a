package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a task ends: at once, or after what completed has been undone, the last first (D20, D23, D49). */
final class End {
    static final String COMPENSATE = "compensate";

    private final Oracle task;
    private final Flow flow;
    private final Placed placed;
    private final List<Flow.Function> undoable = new ArrayList<>();
    private String status = "";
    private Optional<Invoked> undoing = Optional.empty();

    End(Oracle task, Flow flow, Placed placed) {
        this.task = task;
        this.flow = flow;
        this.placed = placed;
    }

    /** Whether rules see anything. */
    boolean isRunning() {
        return status.isEmpty();
    }

    boolean isOver() {
        return !isRunning() && undoing.isEmpty();
    }

    /** The compensation that runs. */
    Optional<Invoked> undoing() {
        return undoing;
    }

    void completed(Flow.Function function) {
        if (!function.compensate().isEmpty()) {
            undoable.add(function);
        }
    }

    void as(String end, boolean compensate) {
        status = end;
        if (!compensate) {
            undoable.clear();
        }
        undoNext();
    }

    /** Of a compensation only how it ends is of interest; a cancel and what others say is not. */
    void says(RawEvent event) {
        if (event.type().isSaid()
                && event.firing().equals(COMPENSATE + "/" + undoable.size())
                && undoing.orElseThrow().isEndedBy(event, task)) {
            undoNext();
        }
    }

    /** How a compensation ends makes no difference to the next one. */
    private void undoNext() {
        int number = undoable.size() - 1;
        if (number < 0) {
            undoing = Optional.empty();
            task.tell(new Fired("task", 0, Fired.Branch.END, "#" + task.raw(), List.of(status)));
            return;
        }
        Flow.Function done = undoable.remove(number);
        Flow.Function undo = flow.functions().stream()
                .filter(function -> function.name().equals(done.compensate()))
                .findFirst()
                .orElseThrow();
        undoing = Optional.of(new Invoked(undo, COMPENSATE + "/" + number, Optional.empty(), new Bound(0), placed));
        task.tell(new Fired(COMPENSATE, number, Fired.Branch.UNDO, "#" + task.raw(), List.of(done.name())));
    }
}
