import time


def reserve(ctx, input):
    return {"reserved": 1}


def release(ctx, input):
    return {"released": input["result"]["reserved"]}


def wait(ctx, input):
    time.sleep(600)
