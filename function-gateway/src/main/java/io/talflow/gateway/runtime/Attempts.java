package io.talflow.gateway.runtime;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.model.Function;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The attempts that run on this node, by their tokens. A token lives in memory only: after a restart all are unknown. */
public final class Attempts {
    private static final int TOKEN_BYTES = 16;
    private static final int ENDED_KEPT = 10_000;
    private static final int PROGRESS_TOLD = 100;

    private final Access.Urls urls;
    private final SecretStore secrets;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Attempt> open = new ConcurrentHashMap<>();
    /** Token to attempt of those that ended last, so that a late signal is told why it is refused. */
    private final Map<String, String> ended = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > ENDED_KEPT;
        }
    });

    public Attempts(Access.Urls urls, SecretStore secrets, Clock clock) {
        this.clock = clock;
        this.urls = urls;
        this.secrets = secrets;
    }

    /**
     * An attempt that is about to run, with a new token.
     *
     * @throws SecretStore.Unusable if it needs a secret that this node has not
     */
    public Attempt open(Firing firing, Function function) {
        return open(firing, function, false);
    }

    /**
     * The same for an attempt of which nothing counts but the values it puts.
     *
     * @throws SecretStore.Unusable if it needs a secret that this node has not
     */
    public Attempt openForData(Firing firing, Function function) {
        return open(firing, function, true);
    }

    private Attempt open(Firing firing, Function function, boolean forDataOnly) {
        Secrets given = secrets.of(function);
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        Attempt attempt =
                new Attempt(firing, function, new Access(urls, HexFormat.of().formatHex(token), given), forDataOnly);
        open.put(attempt.access().token(), attempt);
        return attempt;
    }

    /** Its token is of no more use from now on. May be called again. */
    public void end(Attempt attempt) {
        ended.put(attempt.access().token(), attempt.firing().key().toString());
        open.remove(attempt.access().token());
        attempt.end();
    }

    /** How far those are that have said so, at most 100 of them, the last that spoke first. */
    public List<NodeReport.Progress> progress() {
        return open.values().stream()
                .flatMap(attempt -> attempt.progress().stream())
                .sorted(Comparator.comparingLong(NodeReport.Progress::at).reversed())
                .limit(PROGRESS_TOLD)
                .toList();
    }

    /**
     * The attempt that speaks, and is heard by that.
     *
     * @throws GatewayFailure UNKNOWN_TOKEN or ATTEMPT_ENDED
     */
    public Attempt of(String token) {
        Attempt attempt = open.get(token);
        if (attempt != null) {
            attempt.heard(clock.millis());
            return attempt;
        }
        String past = ended.get(token);
        if (past != null) {
            throw Attempt.ended(past);
        }
        throw new GatewayFailure(
                GatewayError.UNKNOWN_TOKEN,
                "the token is of no attempt on this node; send the one the function was called with");
    }
}
