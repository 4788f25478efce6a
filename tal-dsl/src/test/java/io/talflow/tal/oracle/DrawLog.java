package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws raw logs: repeats, unknown types, pokes, times that stand still, step back, or leap over several deadlines. */
final class DrawLog {
    private static final int[] STEPS = {0, 0, 1, 1, 2, 5, 8, 9, 10, 10, 11, 19, 20, 21, 30, 45, 100, -3};

    private final Random random;
    private final List<String> events;
    private final List<RawEvent> log = new ArrayList<>();
    private long time;
    private RawEvent failed;
    /** The attempt that runs, if all that failed were tried again. */
    private final Map<String, Integer> attempts = new HashMap<>();

    private long slices;

    DrawLog(Random random, List<String> events) {
        this.random = random;
        this.events = events;
    }

    List<RawEvent> outside(int most) {
        for (int left = random.nextInt(most) + 1; left > 0; left--) {
            log.add(outside());
        }
        return log;
    }

    /** What comes by the ingress topic, of several keys; a broker's time does not step back there. */
    List<RawEvent> ingress(int most) {
        for (int left = random.nextInt(most) + 1; left > 0; left--) {
            String id = "e" + log.size();
            String key = List.of("s", "s", "t", "2", "").get(random.nextInt(5));
            int kind = random.nextInt(12);
            time = Math.max(time, time + STEPS[random.nextInt(STEPS.length)]);
            if (kind == 0 && !log.isEmpty()) {
                log.add(log.get(random.nextInt(log.size())).at(time));
            } else if (kind == 1 && !key.isEmpty()) {
                log.add(new RawEvent(RawEvent.Type.POKE, "", "/outside", id, key, 0, "", time));
            } else {
                RawEvent.Type type = kind == 2 ? RawEvent.Type.UNKNOWN : RawEvent.Type.OUTSIDE;
                String name = events.get(random.nextInt(events.size()));
                log.add(new RawEvent(type, name, "/outside", id, key, random.nextInt(5), "", time));
            }
        }
        return log;
    }

    /** Nodes come and go among it. */
    private List<RawEvent> placed() {
        List<RawEvent> all = new ArrayList<>();
        for (RawEvent event : log) {
            if (random.nextInt(16) == 0) {
                String id = "p" + all.size();
                all.add(new RawEvent(RawEvent.Type.PLACED, "", "/job", id, nodes(), 0, "", event.timeMillis()));
            }
            all.add(event.type() == RawEvent.Type.LOST ? event.about(nodes()) : event);
        }
        return all;
    }

    /** Which ones, a letter each; mostly some. */
    private String nodes() {
        return List.of("a", "b", "ab", "bc", "abc", "").get(random.nextInt(6));
    }

    /** What {@code split} of the firing go/0 says, and its bodies, in among other events. */
    List<RawEvent> streaming(int most) {
        for (int left = random.nextInt(most) + 1; left > 0; left--) {
            log.add(random.nextInt(3) == 0 ? outside() : said());
        }
        if (random.nextInt(3) == 0) {
            undoing();
        }
        return placed();
    }

    /** Some of that, until all that was called has completed, if each failure was tried again. */
    List<RawEvent> ending(int most) {
        for (int left = random.nextInt(most) + 1; left > 0; left--) {
            log.add(random.nextInt(3) == 0 ? outside() : said());
        }
        log.add(completed("split", "go/0"));
        for (int body = 0; body < slices; body++) {
            log.add(completed("body", "each/" + body));
        }
        log.add(completed("sub", "spawn/0"));
        log.add(outside());
        return placed();
    }

    private RawEvent completed(String node, String firing) {
        String id = "e" + log.size();
        RawEvent.Type type = RawEvent.Type.COMPLETED;
        return new RawEvent(type, node, "", id, "", random.nextInt(5), firing, step())
                .by(attempts.getOrDefault(firing, 1));
    }

    /** Some slices, and what becomes of their bodies, most of it of the attempt that runs. */
    List<RawEvent> bodies(int most) {
        for (int left = 3 + random.nextInt(3); left > 0; left--) {
            log.add(item(0));
        }
        for (int left = random.nextInt(most) + 1; left > 0; left--) {
            String firing = "each/" + random.nextInt((int) slices);
            RawEvent.Type end = List.of(RawEvent.Type.FAILED, RawEvent.Type.LOST, RawEvent.Type.COMPLETED)
                    .get(Math.min(2, random.nextInt(6) / 2 * random.nextInt(3)));
            RawEvent ends = new RawEvent(end, "body", "", "e" + log.size(), "", random.nextInt(5), firing, step());
            log.add(random.nextInt(8) == 0 ? outside() : ofTheAttempt(ends));
        }
        if (random.nextBoolean()) {
            undoing();
        }
        return placed();
    }

    /** A cancel, and how its compensations end, whichever there are: the last first, some tried again. */
    private void undoing() {
        log.add(new RawEvent(RawEvent.Type.CANCEL, "", "/operator", "e" + log.size(), "", 1, "", step()));
        for (int number = 4; number >= 0; number--) {
            for (int attempt = 1 + random.nextInt(3); attempt > 0; attempt--) {
                log.add(undone(number, 1 + random.nextInt(2)));
            }
        }
    }

    private RawEvent undone(int number, int attempt) {
        RawEvent.Type end = List.of(RawEvent.Type.FAILED, RawEvent.Type.LOST, RawEvent.Type.COMPLETED)
                .get(Math.min(2, random.nextInt(4)));
        String id = "e" + log.size();
        return new RawEvent(end, "undo", "", id, "", random.nextInt(5), "compensate/" + number, step()).by(attempt);
    }

    private RawEvent outside() {
        int kind = random.nextInt(24);
        String id = "e" + log.size();
        long n = random.nextInt(5);
        if (kind >= 20) {
            return random.nextInt(3) == 0 ? command(id) : outside();
        }
        if (kind == 0) {
            return new RawEvent(RawEvent.Type.POKE, "", "/outside", id, "", 0, "", step());
        }
        if (kind == 1) {
            return new RawEvent(RawEvent.Type.UNKNOWN, "", "/outside", id, "", 0, "", step());
        }
        if (kind < 4 && !log.isEmpty()) {
            return log.get(random.nextInt(log.size())).at(step());
        }
        String subject = random.nextInt(3) == 0 ? "s" : random.nextInt(6) == 0 ? "t" : "";
        return new RawEvent(
                RawEvent.Type.OUTSIDE,
                events.get(random.nextInt(events.size())),
                "/outside",
                id,
                subject,
                n,
                "",
                step());
    }

    /** What an operator commands. */
    private RawEvent command(String id) {
        RawEvent.Type type = switch (random.nextInt(12)) {
            case 0 -> RawEvent.Type.CANCEL;
            case 1, 2, 3, 4 -> RawEvent.Type.ADD;
            case 5, 6, 7 -> RawEvent.Type.ENABLE;
            default -> RawEvent.Type.DISABLE;
        };
        String name = type == RawEvent.Type.CANCEL
                ? ""
                : type == RawEvent.Type.ADD || random.nextInt(3) == 0
                        ? "x" + random.nextInt(2)
                        : "r" + random.nextInt(4);
        return new RawEvent(type, name, "/operator", id, "", random.nextInt(2), "", step());
    }

    private RawEvent said() {
        RawEvent said = failed != null && random.nextInt(3) == 0 ? again() : drawn();
        said = ofTheAttempt(said);
        failed = said.type() == RawEvent.Type.FAILED || said.type() == RawEvent.Type.LOST ? said : failed;
        return said.type().isSaid() && random.nextInt(8) == 0 ? said.by(2 + random.nextInt(2)) : said;
    }

    private RawEvent ofTheAttempt(RawEvent said) {
        int attempt = attempts.getOrDefault(said.firing(), 1);
        RawEvent of = attempt > said.attempt() && random.nextInt(4) > 0 ? said.by(attempt) : said;
        if (of.type() == RawEvent.Type.FAILED || of.type() == RawEvent.Type.LOST) {
            attempts.put(of.firing(), of.attempt() + 1);
        }
        return of;
    }

    /** How the attempt after the last failure or loss ends. */
    private RawEvent again() {
        RawEvent.Type end = List.of(RawEvent.Type.FAILED, RawEvent.Type.LOST, RawEvent.Type.COMPLETED)
                .get(Math.min(2, random.nextInt(5)));
        String id = "e" + log.size();
        return new RawEvent(
                end, failed.name(), "", id, "", random.nextInt(5), failed.firing(), failed.attempt() + 1, step());
    }

    private RawEvent drawn() {
        String id = "e" + log.size();
        long n = random.nextInt(5);
        if (random.nextInt(8) == 0) {
            RawEvent.Type end = random.nextInt(4) == 0 ? RawEvent.Type.FAILED : RawEvent.Type.COMPLETED;
            return new RawEvent(end, "sub", "", id, "", n, "spawn/" + random.nextInt(3), step());
        }
        if (random.nextInt(10) == 0) {
            return undone(random.nextInt(3), 1);
        }
        if (random.nextInt(12) == 0) {
            boolean producer = random.nextInt(3) == 0;
            String firing = producer ? "go/0" : "each/" + random.nextInt((int) Math.max(1, slices));
            return new RawEvent(RawEvent.Type.LOST, producer ? "split" : "body", "", id, "", n, firing, step());
        }
        String body = "each/" + random.nextInt((int) Math.max(1, slices));
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> item(n);
            case 6 ->
                slices == 0
                        ? item(n)
                        : new RawEvent(RawEvent.Type.ITEM, "parts", "", "k" + (slices - 1), "", n, "go/0", step());
            case 7, 8 ->
                new RawEvent(
                        RawEvent.Type.CLOSE, "parts", "", id, "", random.nextInt(5) == 0 ? n : slices, "go/0", step());
            case 9 -> new RawEvent(RawEvent.Type.READY, "head", "", id, "", random.nextInt(2), "go/0", step());
            case 10 -> bringing(new RawEvent(RawEvent.Type.COMPLETED, "split", "", id, "", n, "go/0", step()));
            case 11 ->
                random.nextBoolean()
                        ? outside()
                        : new RawEvent(RawEvent.Type.FAILED, "split", "", id, "", n, "go/0", step());
            case 12, 13 ->
                random.nextInt(3) == 0
                        ? outside()
                        : new RawEvent(RawEvent.Type.FAILED, "body", "", id, "", n, body, step());
            default -> new RawEvent(RawEvent.Type.COMPLETED, "body", "", id, "", n, body, step());
        };
    }

    /** With data in its result, or none. */
    private RawEvent bringing(RawEvent completed) {
        RawEvent all = completed.about(List.of("", "h", "0", "2", "h3").get(random.nextInt(5)));
        slices = Math.max(slices, all.bringsSlices().orElse(0));
        return all;
    }

    private RawEvent item(long n) {
        return new RawEvent(RawEvent.Type.ITEM, "parts", "", "k" + slices++, "", n, "go/0", step());
    }

    private long step() {
        time += STEPS[random.nextInt(STEPS.length)];
        return time;
    }
}
