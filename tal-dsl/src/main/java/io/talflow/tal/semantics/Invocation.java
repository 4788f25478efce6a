package io.talflow.tal.semantics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A firing's call, as the task remembers it.
 *
 * @param call {@code rule/ordinal}, the firing id without the task
 * @param rule id of the rule; {@code compensate} for what undoes another
 * @param ruleRow row name of the rule, which frees a place when the call ends; empty: of no rule
 * @param function the function; of a sub-task {@code workflow:NAME}
 * @param attempt of it, from 1
 * @param tries how many retries each entry of the function's {@code retry} has given; empty: none yet
 * @param wantedAt epoch milliseconds
 * @param slice the slice it works on; null if none
 * @param losses attempts whose node was lost
 * @param input JSON; empty once it has ended
 */
record Invocation(
        String call,
        String rule,
        String ruleRow,
        String node,
        String function,
        int attempt,
        Phase phase,
        byte[] tries,
        long wantedAt,
        Occurrence.Slice slice,
        int losses,
        byte[] input) {
    /** A function that takes its node with it must not go round them all for ever. */
    static final int MAX_LOSSES = 10;

    static final String SUB_TASK = "workflow:";
    private static final Phase[] PHASES = Phase.values();
    /** Set in the byte of the phase where the number of losses follows. */
    private static final int LOST = 0x40;

    private static final byte[] NONE = new byte[0];

    /** From wanted to known. The first three are open. */
    enum Phase {
        /** Waits for a place under its rule's bound. */
        QUEUED,
        RUNNING,
        /** Waits to be tried again. */
        BACKOFF,
        COMPLETED,
        FAILED,
        CANCELLED
    }

    boolean isOpen() {
        return phase.compareTo(Phase.BACKOFF) <= 0;
    }

    boolean isSubTask() {
        return function.startsWith(SUB_TASK);
    }

    Invocation in(Phase other) {
        boolean open = other.compareTo(Phase.BACKOFF) <= 0;
        return with(attempt, other, tries, losses, open ? input : NONE);
    }

    /** The next attempt, on the account of an entry of {@code retry}. */
    Invocation again(int entry) {
        byte[] counted = tries.length > entry ? tries.clone() : java.util.Arrays.copyOf(tries, entry + 1);
        counted[entry] = (byte) Math.min(Byte.MAX_VALUE, counted[entry] + 1);
        return with(attempt + 1, Phase.BACKOFF, counted, losses, input);
    }

    /** The next attempt, since nobody knows what became of this one. */
    Invocation afterLoss() {
        return with(attempt + 1, Phase.RUNNING, tries, losses + 1, input);
    }

    private Invocation with(int newAttempt, Phase newPhase, byte[] newTries, int newLosses, byte[] newInput) {
        return new Invocation(
                call,
                rule,
                ruleRow,
                node,
                function,
                newAttempt,
                newPhase,
                newTries,
                wantedAt,
                slice,
                newLosses,
                newInput);
    }

    /** Whether an event of that attempt comes from a node that was given up: what it says does not count any more. */
    boolean isGivenUp(int otherAttempt) {
        return losses > 0 && otherAttempt < attempt;
    }

    int triesOf(int entry) {
        return tries.length > entry ? tries[entry] : 0;
    }

    @SuppressWarnings("EnumOrdinal") // rows keep it: a phase is only ever added at the end
    byte[] row() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96 + input.length);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(rule);
            out.writeUTF(ruleRow);
            out.writeUTF(node);
            out.writeUTF(function);
            out.writeInt(attempt);
            out.writeByte(losses == 0 ? phase.ordinal() : phase.ordinal() | LOST);
            out.writeByte(tries.length);
            out.write(tries);
            out.writeLong(wantedAt);
            out.writeUTF(slice == null ? "" : slice.stream());
            out.writeInt(slice == null ? -1 : slice.index());
            if (losses > 0) {
                out.writeByte(losses);
            }
            out.write(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Invocation of(String call, byte[] row) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
            String rule = in.readUTF();
            String ruleRow = in.readUTF();
            String node = in.readUTF();
            String function = in.readUTF();
            int attempt = in.readInt();
            int kind = in.readByte();
            Phase phase = PHASES[kind & ~LOST];
            byte[] tries = bytes(in, in.readByte());
            long wantedAt = in.readLong();
            String stream = in.readUTF();
            int index = in.readInt();
            Occurrence.Slice slice = index < 0 ? null : new Occurrence.Slice(stream, index);
            int losses = (kind & LOST) == 0 ? 0 : in.readByte();
            return new Invocation(
                    call,
                    rule,
                    ruleRow,
                    node,
                    function,
                    attempt,
                    phase,
                    tries,
                    wantedAt,
                    slice,
                    losses,
                    bytes(in, in.available()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length == 0) {
            return NONE;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** The record for {@code tal.tasks}, without what only an outcome knows. */
    Map<String, Object> status(TaskHeader header) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", header.task);
        status.put("firing", header.firingPrefix() + call);
        status.put("rule", rule);
        status.put("node", node);
        status.put("function", function);
        status.put("attempt", (long) attempt);
        status.put("status", phase.name());
        status.put("wantedAt", wantedAt);
        if (slice != null) {
            status.put("slice", (long) slice.index());
        }
        status.put("revision", header.revision);
        return status;
    }
}
