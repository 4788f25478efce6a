"""Cuts a log into slices of whole lines, and sends each as soon as it is read."""
import os


def handler(ctx, input):
    # A function runs in its bundle's folder; a relative path is meant from where the stack was started.
    path = os.path.join(os.environ.get("TALFLOW_STARTED_IN", os.getcwd()), input["path"])
    size = max(1, int(input.get("lines", 1000)))
    with open(path, encoding="utf-8", errors="replace") as log:
        slice = []
        for line in log:
            slice.append(line.rstrip("\n"))
            if len(slice) == size:
                ctx.item("slices", slice)
                slice = []
        if slice:
            ctx.item("slices", slice)
    return {"slices": ctx.close("slices")}
