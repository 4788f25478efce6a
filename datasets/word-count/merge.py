"""Adds up the counts of one part's words."""


def handler(ctx, input):
    return {word: sum(counts) for word, counts in input.items()}
