package io.talflow.stack;

import io.talflow.gateway.auth.PrivateFile;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.TokenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The tokens of a stack that authenticates: one for whoever owns its directory, one for its job, one for its gateways among
 * themselves. New with each start.
 *
 * @param file the gateway's
 * @param owner a token of role admin
 * @param jobFile has the job's
 * @param nodeFile has the gateways'
 */
record StackTokens(Path file, String owner, Path jobFile, Path nodeFile) {
    private static final String OWNER = "stack-owner";
    private static final String JOB = "stack-job";
    private static final String NODE = "stack-node";

    /** Replaces those of the last start; others in the file stay. */
    static StackTokens renew(Path gatewayData) throws IOException {
        Path file = gatewayData.resolve("tokens.json").toAbsolutePath();
        Path jobFile = gatewayData.resolve("job.token").toAbsolutePath();
        TokenFile tokens = new TokenFile(file);
        tokens.revoke(OWNER);
        tokens.revoke(JOB);
        tokens.revoke(NODE);
        long now = System.currentTimeMillis();
        String owner = tokens.create(OWNER, Role.ADMIN, now, 0).text();
        String job = tokens.create(JOB, Role.JOB, now, 0).text();
        PrivateFile.replace(jobFile, job.getBytes(StandardCharsets.UTF_8));
        Path nodeFile = gatewayData.resolve("node.token").toAbsolutePath();
        String node = tokens.create(NODE, Role.NODE, now, 0).text();
        PrivateFile.replace(nodeFile, node.getBytes(StandardCharsets.UTF_8));
        return new StackTokens(file, owner, jobFile, nodeFile);
    }

    List<String> gatewayArguments() {
        return List.of("--tokens", file.toString(), "--peer-token-file", nodeFile.toString());
    }

    List<String> jobArguments() {
        return List.of("--gateway-token-file", jobFile.toString());
    }
}
