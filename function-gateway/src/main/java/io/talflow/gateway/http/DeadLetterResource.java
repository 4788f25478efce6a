package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.DeadLetter;
import io.talflow.gateway.log.DeadLetters;
import io.talflow.gateway.log.EventLog;
import java.util.LinkedHashMap;
import java.util.Map;

/** Dead letters: list, show, send again. */
final class DeadLetterResource {
    private final DeadLetters letters;
    private final EventLog log;

    DeadLetterResource(DeadLetters letters, EventLog log) {
        this.letters = letters;
        this.log = log;
    }

    /** {@code GET /v1/dead-letters?pageSize=&pageToken=}. */
    void list(Context http) {
        DeadLetters.Page page = letters.list(Answers.pageSize(http), Answers.number(http, "pageToken", Long.MAX_VALUE));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("deadLetters", page.letters());
        page.next().ifPresent(next -> answer.put("nextPageToken", Long.toString(next)));
        Answers.json(http, 200, answer);
    }

    /** {@code GET /v1/dead-letters/{offset}}. */
    void get(Context http) {
        Answers.json(http, 200, letter(http).json(Integer.MAX_VALUE));
    }

    /** {@code POST /v1/dead-letters/{offset}:retry}. The letter stays where it is. */
    void retry(Context http) {
        DeadLetter letter = letter(http);
        String topic = letter.home()
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.NOT_RETRYABLE,
                        "dead letter %s came from no topic that may be written to again"
                                .formatted(http.pathParam("offset"))));
        http.future(() -> log.again(topic, letter).thenAccept(written -> {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("topic", topic);
            answer.put("partition", (long) written.partition());
            answer.put("offset", written.offset());
            Answers.json(http, 202, answer);
        }));
    }

    private DeadLetter letter(Context http) {
        String text = http.pathParam("offset");
        long offset;
        try {
            offset = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "offset must be a number, is " + text);
        }
        return letters.find(offset)
                .orElseThrow(() ->
                        new GatewayFailure(GatewayError.UNKNOWN_DEAD_LETTER, "no dead letter at offset " + offset));
    }
}
