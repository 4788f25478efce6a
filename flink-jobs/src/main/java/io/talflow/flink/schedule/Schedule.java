package io.talflow.flink.schedule;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.Cron;
import io.talflow.tal.cel.CelEnvironment;
import io.talflow.tal.cel.CompiledTemplate;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.cel.Scope;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.model.Start;
import io.talflow.tal.model.Workflow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;

/** When a workflow starts by itself, and what with. */
final class Schedule {
    private static final DateTimeFormatter KEY =
            DateTimeFormatter.ofPattern("'cron-'uuuuMMdd'T'HHmm'Z'").withZone(ZoneOffset.UTC);

    private final String workflow;
    private final Cron cron;
    private final CompiledTemplate with;

    private Schedule(String workflow, Start.OnSchedule start) {
        this.workflow = workflow;
        this.cron = Cron.parse(start.schedule());
        this.with = CompiledTemplate.of(start.with(), CelEnvironment.ofEvent(CelEnvironment.DEADLINE));
    }

    /** Empty if the workflow has none. */
    static Optional<Schedule> of(Workflow workflow) {
        return workflow.start()
                .filter(Start.OnSchedule.class::isInstance)
                .map(start -> new Schedule(workflow.name(), (Start.OnSchedule) start));
    }

    /** The key of the task of a time. */
    static String key(Instant at) {
        return KEY.format(at);
    }

    /** The first time after {@code after}. */
    Instant next(Instant after) {
        return cron.next(after);
    }

    /** The last of its times from {@code due}, which is one, to {@code now}. */
    Instant last(Instant due, Instant now) {
        Instant last = due;
        for (Instant next = cron.next(last); !next.isAfter(now); next = cron.next(last)) {
            last = next;
        }
        return last;
    }

    /** The start event of a time for the log, or a dead letter if the input cannot be told; the same each time. */
    Outgoing start(String task, Instant at) {
        Map<String, Object> data = Map.of("at", at.toEpochMilli());
        TalEvent tick = TalEvent.engine(task + "/timer", "/talflow/" + task, EventTypes.TASK_TIMER, task, data);
        try {
            Object input = with.render(Scope.ofEvent(tick.view(at.toEpochMilli())));
            return Outgoing.log(started(task, Map.of("workflow", workflow, "input", input == null ? Map.of() : input)));
        } catch (ExpressionFailed e) {
            TalEvent withoutInput = started(task, Map.of("workflow", workflow));
            RawRecord original = new RawRecord(
                    Topics.IN, -1, -1, 0, null, withoutInput.data(), CloudEventCodec.headers(withoutInput));
            return Outgoing.deadLetter(
                    original, "event/bad-start", "start of workflow %s, with: %s".formatted(workflow, e.getMessage()));
        }
    }

    private static TalEvent started(String task, Map<String, Object> data) {
        return TalEvent.engine(task + "/start", "/talflow/job", EventTypes.TASK_STARTED, task, data);
    }
}
