def produce(ctx, input):
    ctx.ready("header", {"size": input["n"]})
    ctx.ready("header", {"size": input["n"]})
    ctx.ready("note", "first")
    ctx.ready("note", "second")
    for k in range(input["n"]):
        ctx.item("chunks", {"k": k}, key=f"chunk-{k}")
    ctx.item("chunks", {"k": 0}, key="chunk-0")
    ctx.close("chunks")
    return {"sent": input["n"]}


def peek(ctx, input):
    return {"seen": input["size"]}


def body(ctx, input):
    return input["k"] * 10


def merge(ctx, input):
    return {"sum": sum(input["parts"]), "seen": input["peeked"]["seen"]}
