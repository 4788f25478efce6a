package io.talflow.gateway.log;

import io.talflow.tal.event.Topics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** What could not be processed, read from its topic at each request. */
public final class DeadLetters {
    private static final TopicPartition PARTITION = new TopicPartition(Topics.DEAD_LETTERS, 0);
    /** Characters of each value in a list; a single letter is shown whole. */
    private static final int SHOWN_IN_LIST = 2_000;

    /**
     * A part of the list.
     *
     * @param next what to pass as {@code before} for the page after it; empty if there is none
     */
    public record Page(List<Map<String, Object>> letters, OptionalLong next) {}

    private final String bootstrap;

    public DeadLetters(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * The newest first.
     *
     * @param before an offset; only letters below it are listed
     */
    public Page list(int size, long before) {
        try (TopicReader reader = new TopicReader(bootstrap)) {
            long begin = reader.begin(PARTITION);
            long to = Math.min(before, reader.end(PARTITION));
            long from = Math.max(begin, to - size);
            Deque<Map<String, Object>> letters = new ArrayDeque<>();
            reader.read(PARTITION, from, to, record -> {
                letters.addFirst(new DeadLetter(record).json(SHOWN_IN_LIST));
                return true;
            });
            return new Page(new ArrayList<>(letters), from > begin ? OptionalLong.of(from) : OptionalLong.empty());
        }
    }

    /** The letter at an offset; empty if there is none. */
    public Optional<DeadLetter> find(long offset) {
        try (TopicReader reader = new TopicReader(bootstrap)) {
            if (offset < reader.begin(PARTITION) || offset >= reader.end(PARTITION)) {
                return Optional.empty();
            }
            List<DeadLetter> found = new ArrayList<>();
            reader.read(PARTITION, offset, offset + 1, record -> found.add(new DeadLetter(record)));
            return found.stream().findFirst();
        }
    }
}
