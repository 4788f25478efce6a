"""A producer that takes its time over each slice, and what is done with a slice."""

import time


def _slices(input):
    """The slices, each when it is there."""
    began = time.time()
    for number in range(input["slices"]):
        time.sleep(max(0.0, began + (number + 1) * input["period"] - time.time()))
        yield {"number": number, "seconds": input["body"]}


def streaming(ctx, input):
    """Says each slice when it is there. Returns when Kafka had it, in seconds since the epoch."""
    acknowledged = []
    for part in _slices(input):
        ctx.item("parts", part)
        acknowledged.append(time.time())
    ctx.close("parts")
    return {"acknowledged": acknowledged}


def listing(ctx, input):
    """Returns all slices when the last is there."""
    return {"parts": list(_slices(input)), "acknowledged": []}


def body(ctx, input):
    began = time.time()
    time.sleep(input["seconds"])
    return {"number": input["number"], "began": began, "ended": time.time()}
