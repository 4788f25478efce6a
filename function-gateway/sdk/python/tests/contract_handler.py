"""What the scenarios of the function contract call; each SDK has one that does the same."""

import io
import os
import tempfile
import time

from talflow import DataRefused, Failure, SignalRefused


def handler(ctx, input):
    return globals()[input["do"]](ctx, input)


def echo(ctx, input):
    return input["value"]


def nothing(ctx, input):
    return None


def facts(ctx, input):
    ctx.log("facts of", ctx.firing)
    return {
        "task": ctx.task,
        "firing": ctx.firing,
        "attempt": ctx.attempt,
        "deadline": round(ctx.deadline * 1000),
        "inTime": ctx.remaining() > 0,
        "secret": ctx.secrets["key"],
        "cancelled": ctx.cancelled,
    }


def throws(ctx, input):
    raise ValueError("no such luck")


def fail(ctx, input):
    raise Failure("Card.Declined", "no funds", retryable=input["retryable"], retry_after=input.get("retryAfter"))


def signal(ctx, input):
    ctx.ready("header", {"codec": "h264"})
    ctx.item("chunks", "a")
    ctx.item("chunks", "b")
    ctx.item("keyed", 1, key="k/1 é")
    return [ctx.close("chunks"), ctx.close("keyed")]


def values(ctx, input):
    content = os.urandom(input["size"])
    reference = ctx.put(input["name"], content, "video/mp4", nodes=2, replicate=True)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        of_file = ctx.put(input["name"], file)
    of_stream = ctx.put(input["name"], io.BytesIO(content))
    read = []
    for value in (reference, of_file, of_stream):
        with ctx.get(value) as file:
            read.append(file.read() == content)
    return [reference["$data"]["type"], *read]


def text(ctx, input):
    try:
        with ctx.get(input["value"]) as file:
            return file.read().decode()
    except DataRefused as refused:
        return refused.code


def reports(ctx, input):
    ctx.progress(0.25, "a quarter")
    ctx.progress(message="more")
    ctx.heartbeat()
    ctx.rule({"id": "late", "when": {"completed": "f"}, "do": {"complete": 1}})


def refused(ctx, input):
    try:
        ctx.ready("wrong", 1)
    except SignalRefused as error:
        return {"code": error.code, "detail": error.detail}


def again(ctx, input):
    ctx.ready("again", 1)


def huge(ctx, input):
    return "x" * (5 * 1024 * 1024)


def bad(ctx, input):
    return {1, 2}


def wait(ctx, input):
    ctx.ready("waiting", True)
    until = time.monotonic() + 30
    while not ctx.cancelled and time.monotonic() < until:
        time.sleep(0.01)
    if ctx.cancelled:
        ctx.ready("cancelled", True)
    return ctx.cancelled
