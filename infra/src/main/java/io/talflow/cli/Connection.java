package io.talflow.cli;

import io.talflow.stack.StackFile;
import java.nio.file.Path;
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

    /** Whether a gateway was named, so that the data directory does not count. */
    boolean isRemote() {
        return url != null && !url.isEmpty();
    }

    /** The options that lead another command to the same stack; empty if none is needed. */
    String asOptions() {
        if (isRemote()) {
            return " --url " + url;
        }
        return data.toString().equals(".talflow") ? "" : " --data " + data;
    }

    /** The gateway, if one answers. */
    Optional<Api> find() {
        Optional<String> address =
                isRemote() ? Optional.of(url) : StackFile.read(data).map(StackFile::url);
        return address.map(Api::new).filter(Api::healthy);
    }

    Api api() {
        return find().orElseThrow(() -> CommandFailed.unreachable(
                isRemote()
                        ? "no gateway answers at " + url
                        : "no stack runs on %s; start one: talflow dev --data %s".formatted(data, data)));
    }
}
