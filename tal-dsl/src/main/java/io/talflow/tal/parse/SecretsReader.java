package io.talflow.tal.parse;

import io.talflow.tal.model.Function.Executor;
import io.talflow.tal.model.Function.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code secrets} of a function: names of secrets, never their values. */
final class SecretsReader {
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    /** Headers that the call itself has, or that would change how it is sent. */
    private static final Pattern TAKEN = Pattern.compile(
            "(content|ce|x-talflow)-.*|idempotency-key|traceparent|x-deadline-ms|host|connection|transfer-encoding|te|trailer|upgrade|expect");

    private final Problems problems;

    SecretsReader(Problems problems) {
        this.problems = problems;
    }

    List<Secret> read(String function, Fields fields, Optional<Executor> executor) {
        if (!fields.has("secrets")) {
            return List.of();
        }
        if (!(fields.node("secrets") instanceof Node.Sequence list)) {
            problems.error(
                    "tal/not-a-list",
                    fields.node("secrets").position(),
                    "secrets: must be a list of names, such as [pay-token], is %s"
                            .formatted(fields.node("secrets").kind()));
            return List.of();
        }
        boolean http = executor.filter(Executor.Http.class::isInstance).isPresent();
        if (executor.filter(Executor.Replay.class::isInstance).isPresent()) {
            bad(list, "secrets: function %s runs nothing that could use one".formatted(function));
        }
        List<Secret> secrets = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Node item : list.items()) {
            secret(item, http).ifPresent(secret -> {
                String place = http ? secret.httpHeader().toLowerCase(Locale.ROOT) : secret.name();
                if (!taken.add(place)) {
                    bad(
                            item,
                            "secrets: %s is there twice%s"
                                    .formatted(
                                            http ? "header " + secret.httpHeader() : place,
                                            http
                                                    ? "; name another for one of them: {secret: NAME, header: HEADER}"
                                                    : ""));
                }
                secrets.add(secret);
            });
        }
        if (http && !secrets.isEmpty()) {
            warnIfInClear(((Executor.Http) executor.get()).url(), list);
        }
        return secrets;
    }

    private Optional<Secret> secret(Node item, boolean http) {
        String name = item.value() instanceof String text ? text : "";
        String header = "";
        if (item instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, "an entry of secrets", problems);
            fields.allow("secret", "header");
            name = fields.text("secret");
            header = fields.optionalText("header").orElse("");
            if (!http) {
                bad(item, "secrets: only an http function sends headers; write the name alone: " + name);
            } else if (!HEADER.matcher(header).matches()
                    || TAKEN.matcher(header.toLowerCase(Locale.ROOT)).matches()) {
                bad(
                        item,
                        "secrets: header must be the name of a header that the call does not have by itself, is '%s'"
                                .formatted(header));
            }
        }
        if (!Names.isWorkflowName(name)) {
            // what stands there may be a value that somebody took for a name, so it is not repeated
            bad(
                    item,
                    "secrets: a name must be 1 to 63 of a-z 0-9 -, neither beginning nor ending with -; the value is in a file of that name on the node");
            return Optional.empty();
        }
        return Optional.of(new Secret(name, header));
    }

    private void warnIfInClear(String url, Node.Sequence list) {
        String host;
        try {
            host = String.valueOf(URI.create(url).getHost());
        } catch (IllegalArgumentException e) {
            return;
        }
        if (url.startsWith("http://")
                && !host.equals("localhost")
                && !host.startsWith("127.")
                && !host.equals("[::1]")) {
            problems.warning(
                    "tal/secret-in-clear",
                    list.position(),
                    "secrets: http:// sends them to %s for everybody on the way to read; use https://".formatted(host));
        }
    }

    private void bad(Node where, String message) {
        problems.error("tal/bad-secret", where.position(), message);
    }
}
