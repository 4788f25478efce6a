"""Reads values in a container, and tries what it may not."""

import os
import time
import zlib

MOUNT = "/talflow/values"
BOOT = os.urandom(4).hex()


def handler(ctx, input):
    told = {"boot": BOOT, "files": [], "checksums": []}
    for reference in input.get("read", []):
        with ctx.get(reference) as value:
            told["checksums"].append(zlib.crc32(value.read()))
            told["files"].append(getattr(value, "name", ""))
    told["opened"] = [refused(lambda: open(path, "rb").close()) for path in input.get("open", [])]
    told["list"] = refused(lambda: os.listdir(MOUNT))
    told["write"] = refused(lambda: open(MOUNT + "/mine", "wb").close())
    for path in told["files"][:1]:
        told["overwrite"] = refused(lambda: os.truncate(path, 0))
        told["remove"] = refused(lambda: os.remove(path))
        told["mode"] = refused(lambda: os.chmod(path, 0o777))
    time.sleep(input.get("sleep", 0))
    return told


def refused(action):
    try:
        action()
        return ""
    except OSError as error:
        return error.strerror
