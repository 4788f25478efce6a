def check(ctx, input):
    return {"over": input["amount"] - input["least"]}
