package io.talflow.tal.parse;

import io.talflow.tal.model.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 document, and so any JSON one, to a tree with positions. Refuses what makes documents mean different
 * things to different parsers, or grow without bound: tags, merge keys, repeated keys, depth, and size with every alias
 * followed. Built from the parser's events, so that nothing is allocated for what an alias repeats.
 */
public final class YamlReader {
    private static final int MAX_DEPTH = 100;
    private static final int CHARACTERS_OF_A_VALUE = 100;
    private static final Pattern JSON_START = Pattern.compile("\\s*\\{\\s*\"");
    private static final Position START = new Position(1, 1);

    private final Limits limits;
    private final Problems problems;
    private final Problems disputes;
    private final Map<Anchor, Sized> anchors = new HashMap<>();
    private Iterator<Event> events;
    /** JSON knows no quoting but one, and nobody reads it as YAML 1.1. */
    private boolean json;

    /**
     * How large a document may be.
     *
     * @param expanded nodes of the tree with every alias followed, and hundreds of characters of its texts: what a consumer
     *     that walks it pays for
     */
    public record Limits(int bytes, int expanded) {
        /** Room for a generated workflow of some thousand nodes; reading that much takes a second. */
        public static final Limits TAL = new Limits(8 << 20, 1_000_000);
        /** A document of another system, whose tools share parts by hundreds of aliases. */
        public static final Limits IMPORT = new Limits(64 << 20, 5_000_000);
    }

    private YamlReader(Limits limits, Problems problems, Problems disputes) {
        this.limits = limits;
        this.problems = problems;
        this.disputes = disputes;
    }

    /** The document, or nothing after reporting why there is none. */
    public static Optional<Node> read(byte[] bytes, Limits limits, Problems problems) {
        return read(bytes, limits, problems, problems);
    }

    /**
     * The same for a document that may turn out not to be TAL.
     *
     * @param disputes gets the unquoted words that YAML 1.1 and 1.2 read differently, which TAL alone refuses
     */
    public static Optional<Node> read(byte[] bytes, Limits limits, Problems problems, Problems disputes) {
        if (bytes.length > limits.bytes()) {
            problems.error(
                    "tal/too-large",
                    START,
                    "a workflow file may have %d bytes, this has %d".formatted(limits.bytes(), bytes.length));
            return Optional.empty();
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return new YamlReader(limits, problems, disputes).document(text);
        } catch (Refused e) {
            problems.error(e.code, e.position, e.getMessage());
        } catch (MarkedYamlEngineException e) {
            Position at = e.getProblemMark().map(YamlReader::position).orElse(START);
            problems.error("tal/not-yaml", at, explained(text, at, e));
        } catch (YamlEngineException e) {
            problems.error("tal/not-yaml", START, e.getMessage());
        }
        return Optional.empty();
    }

    private Optional<Node> document(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setUseMarks(true)
                .setCodePointLimit(limits.bytes())
                .build();
        json = JSON_START.matcher(text).lookingAt();
        events = new Parse(settings).parseString(text).iterator();
        Node root = null;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
                default -> {
                    if (root != null) {
                        throw new Refused("tal/documents", at(event), "a second document; one file holds one workflow");
                    }
                    root = node(event, 0).node;
                }
            }
        }
        if (root == null) {
            throw new Refused("tal/empty", START, "the file is empty");
        }
        return Optional.of(root);
    }

    private Sized node(Event event, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refused("tal/too-deep", at(event), "nested more than %d deep".formatted(MAX_DEPTH));
        }
        if (event instanceof AliasEvent alias) {
            Sized anchored = anchors.get(alias.getAlias());
            if (anchored == null) {
                throw new Refused(
                        "tal/alias", at(event), "*%s is not anchored before this".formatted(alias.getAlias()));
            }
            return anchored;
        }
        Sized sized;
        if (event instanceof ScalarEvent scalar) {
            refuseTag(scalar.getTag(), event);
            sized = new Sized(scalar(scalar), 1 + extra(scalar), 1);
        } else {
            refuseTag(((CollectionStartEvent) event).getTag(), event);
            sized = event.getEventId() == Event.ID.MappingStart ? mapping(event, depth) : sequence(event, depth);
        }
        if (sized.nodes > limits.expanded()) {
            throw new Refused("tal/too-large", at(event), "more than %,d values".formatted(limits.expanded()));
        }
        if (sized.height + depth > MAX_DEPTH) {
            throw new Refused("tal/too-deep", at(event), "nested more than %d deep".formatted(MAX_DEPTH));
        }
        ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor, sized));
        return sized;
    }

    private Sized mapping(Event start, int depth) {
        Map<String, Node> fields = new LinkedHashMap<>();
        Map<String, Position> keys = new HashMap<>();
        long nodes = 1;
        int height = 0;
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(event instanceof ScalarEvent keyEvent)) {
                throw new Refused("tal/key", at(event), "a key must be text");
            }
            refuseTag(keyEvent.getTag(), event);
            String key = keyEvent.getValue();
            if (keyEvent.isPlain() && key.equals("<<")) {
                throw new Refused(
                        "tal/merge-key", at(event), "merge keys (<<) are not part of YAML 1.2: write the keys");
            }
            dispute(keyEvent);
            Sized value = node(events.next(), depth + 1);
            nodes = Math.min(nodes + extra(keyEvent) + value.nodes, (long) limits.expanded() + 1);
            height = Math.max(height, value.height);
            if (keys.putIfAbsent(key, at(event)) != null) {
                Position first = keys.get(key);
                problems.error(
                        "tal/duplicate-key",
                        at(event),
                        "the key '%s' is here twice, first in line %d".formatted(key, first.line()));
            } else {
                fields.put(key, value.node);
            }
        }
        return new Sized(new Node.Mapping(fields, keys, at(start)), nodes, height + 1);
    }

    private Sized sequence(Event start, int depth) {
        List<Node> items = new ArrayList<>();
        long nodes = 1;
        int height = 0;
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            Sized item = node(event, depth + 1);
            nodes = Math.min(nodes + item.nodes, (long) limits.expanded() + 1);
            height = Math.max(height, item.height);
            items.add(item.node);
        }
        return new Sized(new Node.Sequence(items, at(start)), nodes, height + 1);
    }

    /** A text counts as more values the longer it is, since an alias repeats it as often as any. */
    private static long extra(ScalarEvent event) {
        return event.getValue().length() / CHARACTERS_OF_A_VALUE;
    }

    private Node scalar(ScalarEvent event) {
        dispute(event);
        String text = event.getValue();
        Object value = event.isPlain() ? PlainScalar.value(text) : text;
        return new Node.Scalar(value, at(event));
    }

    private void dispute(ScalarEvent event) {
        if (!json && event.isPlain() && PlainScalar.disputed(event.getValue())) {
            disputes.error(
                    "tal/disputed",
                    at(event),
                    "YAML parsers disagree about an unquoted %s: write \"%s\""
                            .formatted(event.getValue(), event.getValue()));
        }
    }

    private static void refuseTag(Optional<String> tag, Event event) {
        if (tag.isPresent()) {
            throw new Refused("tal/tag", at(event), "tags such as %s are refused".formatted(tag.get()));
        }
    }

    /** Says what is most likely meant where an unquoted {@code ${ }} broke the YAML. */
    private static String explained(String text, Position at, MarkedYamlEngineException e) {
        String line = text.lines().skip(at.line() - 1L).findFirst().orElse("");
        if (line.replaceAll("\"([^\"\\\\]|\\\\.)*+\"|'[^']*+'", "").contains("${")) {
            return "quote it: inside {} or [], or with ': ' or ' #' in it, a ${ } must be quoted: \"${ … }\"";
        }
        String context = e.getContext() == null ? "" : e.getContext() + ", ";
        return (context + e.getProblem()).replaceAll("\\s+", " ");
    }

    private static Position at(Event event) {
        return event.getStartMark().map(YamlReader::position).orElse(Position.NONE);
    }

    private static Position position(Mark mark) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** A node, how many there are in it with aliases written out, and how deep it goes. */
    private record Sized(Node node, long nodes, int height) {}

    /** Stops the reading: what follows could not be understood. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;
        private final transient Position position;

        Refused(String code, Position position, String message) {
            super(message, null, false, false);
            this.code = code;
            this.position = position;
        }
    }
}
