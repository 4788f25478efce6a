import os
import time


def until(file):
    while not os.path.exists(file):
        time.sleep(0.02)


def split(ctx, input):
    for n in range(input["n"]):
        ctx.item("parts", n)
    until(input["go"])
    ctx.close("parts")


def body(ctx, input):
    until(input["go"])
    return input["n"] * input["n"]


def merge(ctx, input):
    return sum(input["parts"])
