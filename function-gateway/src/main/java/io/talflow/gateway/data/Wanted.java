package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.util.function.UnaryOperator;

/**
 * A value that a function asks for, as its reference says.
 *
 * @param node that it was put on
 * @param replica whether the remote store has it, too
 */
public record Wanted(String node, String id, String type, long bytes, String crc32c, boolean replica) {

    /**
     * Reads the address of a reference.
     *
     * @param parameters of the query, by name; null if absent
     * @throws GatewayFailure BAD_REQUEST
     */
    public static Wanted parse(String node, String id, UnaryOperator<String> parameters) {
        String crc = parameters.apply("crc32c");
        String type = parameters.apply("type");
        if (!Descriptor.ID.matcher(id).matches()
                || crc == null
                || !Descriptor.CRC.matcher(crc).matches()
                || type == null
                || !Descriptor.TYPE.matcher(type).matches()) {
            throw noReference();
        }
        try {
            long bytes = Long.parseLong(String.valueOf(parameters.apply("bytes")));
            if (bytes < 0) {
                throw noReference();
            }
            return new Wanted(node, id, type, bytes, crc, "true".equals(parameters.apply("replica")));
        } catch (NumberFormatException e) {
            throw noReference();
        }
    }

    private static GatewayFailure noReference() {
        return new GatewayFailure(
                GatewayError.BAD_REQUEST, "not the address of a value; ask for the href of its reference as it is");
    }

    boolean matches(Descriptor descriptor) {
        return descriptor.bytes() == bytes && descriptor.crc32c().equals(crc32c);
    }
}
