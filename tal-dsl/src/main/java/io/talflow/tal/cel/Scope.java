package io.talflow.tal.cel;

/** The variables of an expression, asked for by root name when it needs them. */
@FunctionalInterface
public interface Scope {
    /** The value of {@code event}, {@code events}, {@code values}, {@code input}, {@code context}, {@code results}, {@code task} or an alias. */
    Object get(String name);
}
