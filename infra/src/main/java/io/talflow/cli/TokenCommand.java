package io.talflow.cli;

import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.Token;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.tal.parse.Durations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = "Makes, lists and revokes the tokens that a gateway takes; on the gateway's machine.",
        mixinStandardHelpOptions = true,
        subcommands = {TokenCommand.Create.class, TokenCommand.ListTokens.class, TokenCommand.Revoke.class},
        footer = {
            "",
            "Example:",
            "  talflow token create --role operator --name ann --tokens /var/lib/talflow/tokens.json"
        })
final class TokenCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: create, list or revoke");
    }

    /** The gateway's file of tokens. */
    static final class Tokens {
        @Option(
                names = "--tokens",
                paramLabel = "FILE",
                defaultValue = "${TALFLOW_TOKENS:-.talflow/gateway/tokens.json}",
                description = "The gateway's file of tokens (default: ${DEFAULT-VALUE}).")
        private Path file;

        private interface Work<T> {
            T on(TokenFile file) throws IOException;
        }

        private <T> T use(Work<T> work) {
            try {
                return work.on(new TokenFile(file));
            } catch (IOException | IllegalArgumentException e) {
                throw CommandFailed.badInput(e.getMessage());
            }
        }
    }

    /** What each of them has. */
    abstract static class OfFile {
        @Mixin
        Tokens tokens;

        @Mixin
        Output output;

        @Spec
        CommandSpec spec;
    }

    @Command(
            name = "create",
            description =
                    "Makes a token and prints it, once: the file keeps only its digest. A table is the token alone.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow token create --role viewer --name grafana --expires 90d"})
    static final class Create extends OfFile implements Runnable {
        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description =
                        "viewer reads; operator also starts and changes tasks; admin also applies workflows; job is for the Flink job, node for other gateways.")
        private Role role;

        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "${sys:user.name}",
                description = "Whose it is, for the audit log (default: ${DEFAULT-VALUE}).")
        private String name;

        @Option(
                names = "--expires",
                paramLabel = "DURATION",
                description = "After which it is of no more use, such as 12h or 90d (default: never).")
        private String expires;

        @Override
        public void run() {
            long now = System.currentTimeMillis();
            long end = expires == null ? 0 : now + lifetime().toMillis();
            Token.Made made = tokens.use(file -> file.create(name, role, now, end));
            if (output.isJson()) {
                output.print(
                        spec.commandLine().getOut(), Map.of("id", made.token().id(), "token", made.text()));
                return;
            }
            spec.commandLine().getOut().println(made.text());
            spec.commandLine()
                    .getErr()
                    .println("token %s of %s, role %s; it is not shown again"
                            .formatted(made.token().id(), name, role.word()));
        }

        private Duration lifetime() {
            return Durations.parse(expires)
                    .filter(duration -> !duration.isZero())
                    .orElseThrow(() ->
                            CommandFailed.badInput("--expires must be a duration such as 12h or 90d, is " + expires));
        }
    }

    @Command(
            name = "list",
            description = "Lists tokens, without what is secret of them.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow token list --output json"})
    static final class ListTokens extends OfFile implements Runnable {
        @Override
        public void run() {
            List<Map<String, Object>> rows = new ArrayList<>();
            for (Token token : tokens.use(TokenFile::read)) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("id", token.id());
                row.put("name", token.name());
                row.put("role", token.role().word());
                row.put("created", Output.time(token.createdAt()));
                row.put("expires", token.expiresAt() == 0 ? "never" : Output.time(token.expiresAt()));
                rows.add(row);
            }
            output.print(
                    spec.commandLine().getOut(),
                    Map.of("tokens", rows),
                    rows,
                    List.of("id", "name", "role", "created", "expires"));
        }
    }

    @Command(
            name = "revoke",
            description = "Revokes a token; a running gateway refuses it within a second or two.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  talflow token revoke 1f2e3d4c"})
    static final class Revoke extends OfFile implements Runnable {
        @Parameters(paramLabel = "ID|NAME", description = "One token, or all of a name.")
        private String which;

        @Override
        public void run() {
            int revoked = tokens.use(file -> file.revoke(which));
            if (revoked == 0) {
                throw CommandFailed.badInput("no token %s; talflow token list shows what there is".formatted(which));
            }
            output.print(spec.commandLine().getOut(), Map.of("revoked", (long) revoked));
        }
    }
}
