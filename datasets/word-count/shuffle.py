"""Deals the counts of all slices to R parts, so that each word is in one part only."""
from zlib import crc32


def handler(ctx, input):
    parts = max(1, int(input["input"].get("merges", 4)))
    dealt = [{} for _ in range(parts)]
    for counts in input["counts"]:
        for word, count in counts.items():
            dealt[crc32(word.encode()) % parts].setdefault(word, []).append(count)
    return {"parts": dealt}
