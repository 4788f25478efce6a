package io.talflow.gateway.runtime;

import io.talflow.gateway.secret.Secrets;

/**
 * How the function of one attempt reaches this gateway while it runs, and what it is given for that.
 *
 * @param urls base URLs
 * @param token what authorises it, and tells which attempt speaks
 * @param secrets values that it is given
 */
public record Access(Urls urls, String token, Secrets secrets) {
    /** Of a function without secrets. */
    public Access(Urls urls, String token) {
        this(urls, token, Secrets.NONE);
    }

    /** Has no token in it, since it may end in a log. */
    @Override
    public String toString() {
        return "access to %s with %s".formatted(urls, secrets);
    }

    /**
     * Addresses of this gateway, {@code http://HOST:PORT}.
     *
     * @param local for a process on this machine
     * @param advertised for everybody else
     */
    public record Urls(String local, String advertised) {}
}
