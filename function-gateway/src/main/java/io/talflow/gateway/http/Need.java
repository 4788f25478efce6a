package io.talflow.gateway.http;

import io.talflow.gateway.auth.Role;
import java.util.Optional;

/** What a call to a route must show. */
enum Need {
    /** Nothing. */
    NOTHING(null),
    /** The token of an attempt that runs on this node. */
    ATTEMPT(null),
    VIEWER(Role.VIEWER),
    OPERATOR(Role.OPERATOR),
    ADMIN(Role.ADMIN),
    JOB(Role.JOB),
    NODE(Role.NODE);

    private final Role role;

    Need(Role role) {
        this.role = role;
    }

    /** The role that a token must cover, of routes that want a token of the gateway. */
    Optional<Role> role() {
        return Optional.ofNullable(role);
    }
}
