package io.talflow.flink.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A seeded workflow of the DAG form, with control and data edges. */
record RandomDag(String workflow, Map<String, Set<String>> parents, String text) {
    private static final int REACH = 12;

    /** @param nodes how many; each needs up to four of the twelve before it */
    static RandomDag of(String workflow, int nodes, long seed) {
        Random random = new Random(seed);
        Map<String, Set<String>> parents = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder("""
                tal: 1
                workflow: %s
                functions:
                  f: {replay: {runtime: 0s}, emits: {d: {kind: value, bytes: 7}}}
                dag:
                """.formatted(workflow));
        for (int index = 0; index < nodes; index++) {
            Set<String> before = new TreeSet<>();
            for (int edge = random.nextInt(5); edge > 0 && index > 0; edge--) {
                before.add("n" + (index - 1 - random.nextInt(Math.min(index, REACH))));
            }
            parents.put("n" + index, before);
            text.append("  n%d: {invoke: f, with: {node: %d}, needs: [".formatted(index, index));
            String separator = "";
            for (String parent : before) {
                text.append(separator).append(parent).append(random.nextBoolean() ? ".d" : "");
                separator = ", ";
            }
            text.append("]}\n");
        }
        return new RandomDag(workflow, parents, text.toString());
    }
}
