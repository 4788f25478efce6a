package io.talflow.gateway.auth;

/**
 * Who calls.
 *
 * @param name whom the token was made for
 * @param id the token's, not secret
 */
public record Principal(String name, String id, Role role) {}
