package io.talflow.gateway.bundle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Names of a zip's symbolic links, which {@code java.util.zip} does not tell from files: they are marked in the central
 * directory only, in the upper half of the external attributes.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE 4.3.12 and 4.4.15</a>
 */
final class ZipLinks {
    private static final int ENTRY = 0x02014b50;
    private static final int HEADER_BYTES = 46;
    private static final int TYPE_MASK = 0xF000;
    private static final int SYMBOLIC_LINK = 0xA000;

    private ZipLinks() {}

    static Set<String> of(byte[] zip) {
        Set<String> links = new HashSet<>();
        ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + HEADER_BYTES <= zip.length; at++) {
            if (zip[at] == 'P' && buffer.getInt(at) == ENTRY) {
                int mode = buffer.getShort(at + 40) & 0xFFFF;
                int length = buffer.getShort(at + 28) & 0xFFFF;
                if ((mode & TYPE_MASK) == SYMBOLIC_LINK && at + HEADER_BYTES + length <= zip.length) {
                    links.add(new String(zip, at + HEADER_BYTES, length, StandardCharsets.UTF_8));
                }
            }
        }
        return links;
    }
}
