package io.talflow.flink.dispatch;

import io.talflow.flink.wire.NodeFirings;
import io.talflow.flink.wire.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Which node has which firing whose end is not known: from the choice of the node until the log tells what became of it. */
final class OpenFirings {
    private final Map<String, Open> byFiring = new LinkedHashMap<>();

    /** A firing's attempt on its node. */
    static final class Open {
        final String task;
        final String firing;
        final int attempt;
        /** Empty: the gateway the job was started with. */
        String node;
        /** Whether the log has been told that the node is lost. */
        boolean givenUp;

        Open(String task, String firing, int attempt, String node) {
            this.task = task;
            this.firing = firing;
            this.attempt = attempt;
            this.node = node;
        }
    }

    int size() {
        return byFiring.size();
    }

    Open add(Request request, String node) {
        Open open = new Open(request.task(), request.firing(), request.attempt(), node);
        byFiring.put(open.firing, open);
        return open;
    }

    /** Null if that attempt is not open. */
    Open of(String firing, int attempt) {
        Open open = byFiring.get(firing);
        return open != null && open.attempt == attempt ? open : null;
    }

    void remove(String firing, int attempt) {
        if (of(firing, attempt) != null) {
            byFiring.remove(firing);
        }
    }

    /** What a node has that is not given up yet. */
    List<Open> of(String node) {
        return byFiring.values().stream()
                .filter(open -> open.node.equals(node) && !open.givenUp)
                .toList();
    }

    /** What a node has is another's, or goes by another name. */
    void rename(String node, String name) {
        for (Open open : byFiring.values()) {
            if (open.node.equals(node)) {
                open.node = name;
            }
        }
    }

    /** One record a node. @param instances identity of a node's journal */
    List<NodeFirings> save(Function<String, String> instances) {
        Map<String, ByteArrayOutputStream> packed = new HashMap<>();
        for (Open open : byFiring.values()) {
            try {
                DataOutputStream out = new DataOutputStream(
                        packed.computeIfAbsent(open.node, node -> new ByteArrayOutputStream(4096)));
                out.writeShort(open.task.length());
                out.writeInt(open.attempt);
                out.writeUTF(open.firing);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        List<NodeFirings> records = new ArrayList<>();
        packed.forEach((node, bytes) -> records.add(new NodeFirings(node, instances.apply(node), bytes.toByteArray())));
        return records;
    }

    /** @param mine which tasks are this subtask's; the others' firings are in its records too */
    void restore(NodeFirings saved, Predicate<String> mine) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(saved.firings()))) {
            while (in.available() > 0) {
                int length = in.readShort();
                int attempt = in.readInt();
                String firing = in.readUTF();
                String task = firing.substring(0, length);
                if (mine.test(task)) {
                    byFiring.put(firing, new Open(task, firing, attempt, saved.node()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
