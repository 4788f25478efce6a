package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;

/**
 * A value that a function puts.
 *
 * @param function {@code WORKFLOW/FUNCTION}
 * @param name the function's own for it
 * @param length in bytes; -1: not known
 * @param nodes other nodes that will read it; -1: not known
 * @param again by an attempt that was made for its values alone
 */
public record Put(
        String task,
        String firing,
        String function,
        String name,
        String type,
        long length,
        int nodes,
        Replicate replicate,
        boolean again) {
    private static final int MOST_NAME = 200;

    public Put {
        if (name.isEmpty() || name.length() > MOST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST,
                    "a value's name must be 1 to %d characters, none of them a control character".formatted(MOST_NAME));
        }
        if (!Descriptor.TYPE.matcher(type).matches()) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST, "a media type must be TYPE/SUBTYPE, is '%s'".formatted(type));
        }
    }
}
