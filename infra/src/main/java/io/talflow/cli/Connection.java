package io.talflow.cli;

import io.talflow.stack.StackFile;
import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Option;

/** Options that say which stack a command talks to. */
final class Connection {
    /** Where a stack is if nothing says otherwise. */
    static final Path DEFAULT_DATA = Path.of(System.getenv().getOrDefault("TALFLOW_DATA", ".talflow"));

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

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            defaultValue = "${TALFLOW_CA}",
            description = "Certificates in PEM that an https gateway's must lead to (default: those that Java trusts).")
    Path ca;

    /** Whether a gateway was named, so that the data directory does not count. */
    boolean isRemote() {
        return url != null && !url.isEmpty();
    }

    /** The options that lead another command to the same stack; empty if none is needed. */
    String asOptions() {
        String trust = (tokenFile == null ? "" : " --token-file " + tokenFile) + (ca == null ? "" : " --ca " + ca);
        if (isRemote()) {
            return " --url " + url + trust;
        }
        return (data.toString().equals(".talflow") ? "" : " --data " + data) + trust;
    }

    /** The gateway, if one answers. */
    Optional<Api> find() {
        Optional<Api> api = isRemote()
                ? Optional.of(new Api(url, token(""), trust()))
                : StackFile.read(data).map(stack -> new Api(stack.url(), token(stack.token())));
        return api.filter(Api::healthy);
    }

    private Optional<SSLContext> trust() {
        try {
            return ca == null ? Optional.empty() : Optional.of(PemFiles.trusting(ca));
        } catch (IOException e) {
            throw CommandFailed.badInput(e.getMessage());
        }
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
