package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;

/** The pattern each kind of expression is. */
public enum ShapeOf implements EventExpression.Visitor<Shape> {
    INSTANCE;

    @Override
    public Shape leaf(EventExpression.Leaf leaf) {
        return Shape.EVENT;
    }

    @Override
    public Shape any(EventExpression.Any any) {
        return Shape.FIRST;
    }

    @Override
    public Shape all(EventExpression.All all) {
        return Shape.LAST;
    }

    @Override
    public Shape seq(EventExpression.Seq seq) {
        return Shape.sequence(seq.children().size());
    }

    @Override
    public Shape atLeast(EventExpression.AtLeast atLeast) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Shape count(EventExpression.Count count) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Shape absent(EventExpression.Absent absent) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Shape every(EventExpression.Every every) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Shape batch(EventExpression.Batch batch) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public Shape gather(EventExpression.Gather gather) {
        return Shape.LAST;
    }
}
