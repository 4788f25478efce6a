package io.talflow.eval;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a benchmark prints.
 *
 * @param runs metrics of each run, the unit in each name; every run has the same ones
 */
record Report(String bench, Map<String, Object> parameters, List<Map<String, Double>> runs) {

    Map<String, Double> median() {
        Map<String, Double> median = new LinkedHashMap<>();
        for (String metric : runs.get(0).keySet()) {
            median.put(metric, middle(metric));
        }
        return median;
    }

    /** Of an even number of runs, the mean of the two in the middle. */
    private double middle(String metric) {
        List<Double> sorted = runs.stream().map(run -> run.get(metric)).sorted().toList();
        int half = sorted.size() / 2;
        double middle = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return Math.round(middle * 1000) / 1000.0;
    }

    void print(PrintWriter out, boolean json) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("bench", bench);
            object.put("parameters", parameters);
            object.put("machine", Machine.describe());
            object.put("runs", new ArrayList<Object>(runs));
            object.put("median", median());
            out.println(Json.text(object));
            return;
        }
        out.println(bench + " " + parameters);
        out.println("on " + Machine.describe());
        int width = runs.get(0).keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        String name = "%-" + width + "s";
        StringBuilder head = new StringBuilder(name.formatted("metric")).append("%12s".formatted("median"));
        for (int run = 1; run <= runs.size(); run++) {
            head.append("%12s".formatted("run " + run));
        }
        out.println(head);
        median().forEach((metric, value) -> {
            StringBuilder line = new StringBuilder(name.formatted(metric)).append(cell(value));
            runs.forEach(run -> line.append(cell(run.get(metric))));
            out.println(line);
        });
    }

    private static String cell(double value) {
        return String.format(Locale.ROOT, "%12.3f", value);
    }
}
