package io.talflow.tal.oracle;

import java.util.List;
import java.util.Optional;

/** A node of the same kind with other parts. */
final class Rebuild implements Expr.Visitor<Optional<Expr>> {
    private final List<Expr> parts;

    private Rebuild(List<Expr> parts) {
        this.parts = parts;
    }

    /** Empty where such a node cannot have these parts. */
    static Optional<Expr> with(Expr node, List<Expr> parts) {
        return node.accept(new Rebuild(parts));
    }

    /** The same without its window. */
    static Optional<Expr> untimed(Expr node) {
        if (node instanceof Expr.AtLeast all && all.within() > 0) {
            return Optional.of(new Expr.AtLeast(all.least(), all.parts(), 0));
        }
        if (node instanceof Expr.Count count && count.within() > 0) {
            return Optional.of(new Expr.Count(count.times(), count.of(), 0));
        }
        if (node instanceof Expr.Seq seq && seq.within() > 0) {
            return Optional.of(new Expr.Seq(seq.parts(), seq.strict(), 0));
        }
        return Optional.empty();
    }

    @Override
    public Optional<Expr> leaf(Expr.Leaf leaf) {
        return Optional.empty();
    }

    @Override
    public Optional<Expr> any(Expr.Any any) {
        return Optional.of(new Expr.Any(parts));
    }

    @Override
    public Optional<Expr> atLeast(Expr.AtLeast node) {
        int least = node.least() == node.parts().size() ? parts.size() : Math.min(node.least(), parts.size());
        return Optional.of(new Expr.AtLeast(least, parts, node.within()));
    }

    @Override
    public Optional<Expr> count(Expr.Count count) {
        return Optional.of(new Expr.Count(count.times(), parts.get(0), count.within()));
    }

    @Override
    public Optional<Expr> seq(Expr.Seq seq) {
        return Optional.of(new Expr.Seq(parts, seq.strict(), seq.within()));
    }

    @Override
    public Optional<Expr> absent(Expr.Absent absent) {
        return Optional.of(new Expr.Absent(parts.get(0), absent.during(), parts.subList(1, parts.size())));
    }

    @Override
    public Optional<Expr> every(Expr.Every every) {
        return Optional.empty();
    }

    @Override
    public Optional<Expr> batch(Expr.Batch batch) {
        return Optional.of(new Expr.Batch(parts.get(0), batch.size(), batch.maxWait()));
    }

    @Override
    public Optional<Expr> gather(Expr.Gather gather) {
        return parts.get(0) instanceof Expr.Leaf leaf
                ? Optional.of(new Expr.Gather(leaf, gather.over(), gather.within()))
                : Optional.empty();
    }
}
