"""Makes the output of the merged parts."""


def handler(ctx, input):
    options = input["input"]
    counts = {word: count for part in input["merged"] for word, count in part.items()}
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    output = {
        "words": sum(counts.values()),
        "distinct": len(counts),
        "top": [{"word": word, "count": count} for word, count in ranked[: int(options.get("top", 10))]],
    }
    if options.get("all"):
        output["counts"] = dict(sorted(counts.items()))
    return output
