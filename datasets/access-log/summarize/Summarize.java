import io.talflow.function.Context;
import io.talflow.function.Handler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what the slices counted, and ranks the pages. */
public final class Summarize implements Handler {
    @Override
    public Object handle(Context context, Object input) throws IOException {
        Map<?, ?> asked = (Map<?, ?>) input;
        Map<String, Long> totals = new TreeMap<>(Map.of("lines", 0L, "bytes", 0L, "unreadable", 0L));
        Map<String, Long> statuses = new TreeMap<>();
        Map<String, Long> pages = new TreeMap<>();
        for (Object slice : (List<?>) asked.get("slices")) {
            Map<?, ?> counts = (Map<?, ?>) slice;
            totals.merge("lines", (Long) counts.get("lines"), Long::sum);
            totals.merge("bytes", (Long) counts.get("bytes"), Long::sum);
            totals.merge("unreadable", lines(context, counts.get("rejected")), Long::sum);
            add(counts.get("statuses"), statuses);
            add(counts.get("pages"), pages);
        }
        context.ready("totals", Map.of("totals", totals, "statuses", statuses));
        context.log("%d pages in %d lines", pages.size(), totals.get("lines"));
        return Map.of("pages", ranked(pages, (Long) asked.get("top")));
    }

    private static long lines(Context context, Object rejected) throws IOException {
        if (rejected == null) {
            return 0;
        }
        try (BufferedReader text = new BufferedReader(new InputStreamReader(context.get(rejected), StandardCharsets.UTF_8))) {
            return text.lines().count();
        }
    }

    private static void add(Object counts, Map<String, Long> sums) {
        ((Map<?, ?>) counts).forEach((name, count) -> sums.merge((String) name, (Long) count, Long::sum));
    }

    private static List<Map<String, Object>> ranked(Map<String, Long> pages, long top) {
        return pages.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(top)
                .map(page -> Map.<String, Object>of("page", page.getKey(), "hits", page.getValue()))
                .toList();
    }
}
