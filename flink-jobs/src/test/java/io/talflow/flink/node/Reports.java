package io.talflow.flink.node;

import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.NodeReport.State;

/** What nodes say. */
public final class Reports {
    private Reports() {}

    public static byte[] up(String node, String url) {
        return of(node, "journal-of-" + node, url, State.UP);
    }

    public static byte[] of(String node, String instance, String url, State state) {
        return new NodeReport(
                        node,
                        instance,
                        url,
                        state,
                        0,
                        new NodeReport.Cpu(2, 1),
                        new NodeReport.Memory(2, 1),
                        new NodeReport.Disk(2, 1),
                        new NodeReport.Functions(0, 0))
                .json();
    }
}
