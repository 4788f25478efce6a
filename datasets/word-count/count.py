"""Counts the words of one slice."""
import re
from collections import Counter

WORD = re.compile(rb"[A-Za-z]+")


def handler(ctx, input):
    counts = Counter()
    for part in input["ranges"]:
        with open(part["file"], "rb") as stream:
            stream.seek(part["start"])
            text = stream.read(part["end"] - part["start"])
        counts.update(word.decode("ascii") for word in WORD.findall(text.lower()))
    return dict(sorted(counts.items()))
