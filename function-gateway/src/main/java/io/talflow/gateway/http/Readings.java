package io.talflow.gateway.http;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.data.Reading;
import io.talflow.gateway.data.Wanted;
import io.talflow.gateway.history.Ancestry;
import io.talflow.gateway.history.SubTaskOutputs;
import io.talflow.gateway.journal.Firing;
import io.talflow.tal.Json;
import io.talflow.tal.event.References;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What a running function may read: its own task's values, those of tasks above it that its input and theirs name, and those of
 * tasks that theirs started and that gave them back.
 */
final class Readings {
    private final Ancestry ancestry;
    private final SubTaskOutputs outputs;

    Readings(Ancestry ancestry, SubTaskOutputs outputs) {
        this.ancestry = ancestry;
        this.outputs = outputs;
    }

    /** @throws GatewayFailure UNKNOWN_DATA if it is of another task that has not given it */
    Reading of(Firing firing, Wanted wanted) {
        String reader = firing.key().toString();
        Optional<Map<?, ?>> reference = carried(firing, wanted.id());
        if (reference.isEmpty()) {
            return Reading.own(firing.task(), reader);
        }
        String of = text(reference.get(), "of");
        int at = of.indexOf('@');
        if (at < 0) {
            return Reading.own(firing.task(), reader);
        }
        String owner = of.substring(0, at);
        if (owner.equals(firing.task())) {
            return new Reading(owner, reader, of, text(reference.get(), "name"));
        }
        String reading = firing.key().firing();
        return ancestry.given(reading, owner, wanted.id())
                .or(() -> outputs.givenBack(reading, owner, wanted.id()))
                .map(given -> new Reading(owner, reader, given.of(), given.name()))
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.UNKNOWN_DATA,
                        "task %s was not given value %s of another task".formatted(firing.task(), wanted.id())));
    }

    private static Optional<Map<?, ?>> carried(Firing firing, String id) {
        return new String(firing.input(), StandardCharsets.UTF_8).contains(id)
                ? References.leadingTo(id, Json.parse(firing.input()))
                : Optional.empty();
    }

    private static String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }
}
