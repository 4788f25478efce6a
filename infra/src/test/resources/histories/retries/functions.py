def reserve(ctx, input):
    return {"reserved": input["order"]}


def release(ctx, input):
    if ctx.attempt < 2:
        raise ValueError("the shelf is locked")
    return {"released": input["result"]["reserved"]}


def charge(ctx, input):
    if ctx.attempt < 3:
        raise ValueError("the bank is busy")
    return {"charged": input["order"]}


def refund(ctx, input):
    raise ValueError("the bank does not pay back")


def ship(ctx, input):
    raise ValueError("no van")
