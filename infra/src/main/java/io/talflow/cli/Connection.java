package io.talflow.cli;

import io.talflow.stack.StackFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that say which stack a command talks to. */
final class Connection {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${TALFLOW_DATA:-.talflow}",
            description = "The stack's data directory (default: ${DEFAULT-VALUE}).")
    Path data;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${TALFLOW_URL}",
            description = "A gateway's address, instead of the one that DIR names.")
    String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The token to show the gateway (default: TALFLOW_TOKEN, or the one of the stack on DIR).")
    Path tokenFile;

    /** Whether a gateway was named, so that the data directory does not count. */
    boolean isRemote() {
        return url != null && !url.isEmpty();
    }

    /** The options that lead another command to the same stack; empty if none is needed. */
    String asOptions() {
        String token = tokenFile == null ? "" : " --token-file " + tokenFile;
        if (isRemote()) {
            return " --url " + url + token;
        }
        return (data.toString().equals(".talflow") ? "" : " --data " + data) + token;
    }

    /** The gateway, if one answers. */
    Optional<Api> find() {
        Optional<Api> api = isRemote()
                ? Optional.of(new Api(url, token("")))
                : StackFile.read(data).map(stack -> new Api(stack.url(), token(stack.token())));
        return api.filter(Api::healthy);
    }

    /** @param otherwise if none is named */
    private String token(String otherwise) {
        if (tokenFile == null) {
            return Objects.requireNonNullElse(System.getenv("TALFLOW_TOKEN"), otherwise);
        }
        try {
            return Files.readString(tokenFile, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw CommandFailed.badInput("the token cannot be read from %s: %s".formatted(tokenFile, e));
        }
    }

    Api api() {
        return find().orElseThrow(() -> CommandFailed.unreachable(
                isRemote()
                        ? "no gateway answers at " + url
                        : "no stack runs on %s; start one: talflow dev --data %s".formatted(data, data)));
    }
}
