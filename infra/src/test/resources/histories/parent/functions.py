def work(ctx, input):
    return {"done": input["n"]}
