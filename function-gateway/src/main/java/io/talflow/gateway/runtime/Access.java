package io.talflow.gateway.runtime;

/**
 * How the function of one attempt reaches this gateway while it runs.
 *
 * @param urls base URLs
 * @param token what authorises it, and tells which attempt speaks
 */
public record Access(Urls urls, String token) {
    /**
     * Addresses of this gateway, {@code http://HOST:PORT}.
     *
     * @param local for a process on this machine
     * @param advertised for everybody else
     */
    public record Urls(String local, String advertised) {}
}
