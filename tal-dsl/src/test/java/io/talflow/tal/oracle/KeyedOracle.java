package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * From what comes by the ingress topic to the firings of each task, as docs/semantics.md says it: which tasks an event goes
 * to, which it starts, and how long it waits for one that has not started.
 */
final class KeyedOracle {
    private final Flow flow;
    private final Keys keys;
    private final Map<String, Story> stories = new TreeMap<>();
    private final List<String> told = new ArrayList<>();

    private KeyedOracle(Flow flow, Keys keys) {
        this.flow = flow;
        this.keys = keys;
    }

    /** One task, from the first event under its key. */
    private static final class Story {
        private final List<RawEvent> kept = new ArrayList<>();
        private final List<Long> until = new ArrayList<>();
        /** What came after the start, with times from the start's on; what was kept has earlier ones. */
        private final List<RawEvent> log = new ArrayList<>();

        private boolean started;
        /** The log's time in microseconds while something is kept. */
        private long clock;

        private long startMillis;
        /** When the start counts, after {@code startMillis}; the event that pins its version is applied before it. */
        private long startMicros;
    }

    /** The firings of each task, by its key, and the dead letters in their order. */
    static List<String> told(Flow flow, Keys keys, List<RawEvent> ingress) {
        KeyedOracle oracle = new KeyedOracle(flow, keys);
        ingress.forEach(oracle::comes);
        oracle.stories.forEach(oracle::tell);
        return oracle.told;
    }

    private void comes(RawEvent event) {
        boolean starts = keys.isStart(event);
        String start = starts ? keys.ofStart(event) : "";
        if (event.type() == RawEvent.Type.POKE) {
            ofTask(event.subject(), event, 0);
        } else if (!starts && !keys.hasKey(event)) {
            refused("event/no-task", event);
        } else if ((starts && start.isEmpty())
                || (keys.hasKey(event) && event.subject().isEmpty())) {
            refused("event/bad-key", event);
        } else {
            if (starts) {
                start(start, event);
                ofTask(start, event, 0);
            }
            if (keys.hasKey(event) && !(starts && start.equals(event.subject()))) {
                ofTask(event.subject(), event, keys.keep().get(event.name()));
            }
        }
    }

    private void refused(String code, RawEvent event) {
        told.add(code + " " + event.id());
    }

    private void start(String key, RawEvent event) {
        Story story = stories.computeIfAbsent(key, first -> new Story());
        if (story.started) {
            story.log.add(RawEvent.poke(event.timeMillis() - story.startMillis));
            return;
        }
        pass(story, event.timeMillis());
        story.started = true;
        story.startMillis = event.timeMillis();
        story.startMicros = Math.max(0, story.clock - 1000 * story.startMillis) + 1;
        story.kept.forEach(early -> story.log.add(early.at(early.timeMillis() - story.startMillis)));
    }

    private void ofTask(String key, RawEvent event, long keepMillis) {
        Story story = stories.computeIfAbsent(key, first -> new Story());
        if (story.started) {
            story.log.add(event.at(event.timeMillis() - story.startMillis));
            return;
        }
        pass(story, event.timeMillis());
        if (keepMillis > 0) {
            story.clock = Math.max(story.clock, 1000 * event.timeMillis());
            story.kept.add(event);
            story.until.add(story.clock + 1000 * keepMillis);
        } else if (event.type() != RawEvent.Type.POKE) {
            refused("task/unknown", event);
        }
        if (story.kept.isEmpty()) {
            story.clock = 0;
        }
    }

    /** D52: {@code keep} counts the log's time; its end is excluded. */
    private void pass(Story story, long millis) {
        if (story.kept.isEmpty()) {
            return;
        }
        story.clock = Math.max(1000 * millis, story.clock + 1);
        for (int index = 0; index < story.kept.size(); ) {
            if (story.until.get(index) <= story.clock) {
                story.until.remove(index);
                refused("event/kept-too-long", story.kept.remove(index));
            } else {
                index++;
            }
        }
    }

    private void tell(String key, Story story) {
        if (story.started) {
            for (Fired fired : Oracle.firings(flow, story.startMicros, story.log)) {
                told.add(key + ": " + fired.at(place(fired.at(), story)));
            }
        }
    }

    /** By an event's id where the oracle has its number, and from when the log began. */
    private static String place(String at, Story story) {
        long number = Long.parseLong(at.substring(1));
        return at.startsWith("@")
                ? "@" + (story.startMillis + number)
                : "#" + (number == 0 ? "start" : story.log.get((int) number - 1).id());
    }
}
