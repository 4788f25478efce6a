"""Calls a handler without a stack, or serves it.

    python3 -m talflow invoke split.py --input '{"path": "a.txt"}'
    python3 -m talflow invoke split.py:other --input @input.json
    PORT=8080 python3 -m talflow serve split.py

``invoke`` prints the result as JSON, and on standard error a line of JSON for each signal. Exit code 0, or 1 if the function failed, or 2 if the command is wrong.
"""

import argparse
import json
import sys
import time

from talflow import serve
from talflow.context import Context
from talflow.data import Inline
from talflow.loader import FunctionFailed, call, load
from talflow.signals import Signals

MAX_RESULT_BYTES = 4 * 1024 * 1024


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python3 -m talflow", description="Calls or serves a handler.")
    commands = parser.add_subparsers(dest="command", required=True)
    invoke = commands.add_parser("invoke", help="call a handler once and print its result")
    invoke.add_argument("function", help="FILE.py or FILE.py:HANDLER")
    invoke.add_argument("--input", default="{}", help="JSON, or @FILE; default {}")
    invoke.add_argument("--timeout", type=float, default=300, help="what ctx.remaining() starts from; default 300")
    served = commands.add_parser("serve", help="serve a handler by HTTP at $PORT, until SIGTERM")
    served.add_argument("function", help="FILE.py or FILE.py:HANDLER")
    options = parser.parse_args(arguments)
    if options.command == "serve":
        return serve.main(options.function)
    text = options.input
    try:
        if text.startswith("@"):
            with open(text[1:], encoding="utf-8") as file:
                text = file.read()
        value = json.loads(text)
    except (OSError, ValueError) as error:
        parser.error("--input: %s" % error)
    path, _, handler = options.function.partition(":")
    deadline = time.time() + options.timeout
    context = Context("local/invoke", "local/invoke@0/invoke/0", 1, deadline, Signals(_print), Inline())
    try:
        result = call(load(path, handler or "handler"), context, value, MAX_RESULT_BYTES)
    except FunctionFailed as failed:
        print(failed.trace or "%s: %s" % (failed.error, failed.message), file=sys.stderr)
        return 1
    print(result.decode("utf-8"))
    return 0


def _print(kind, name, key, body):
    signal = {"signal": kind}
    if name is not None:
        signal["name"] = name
    if key is not None:
        signal["key"] = key
    signal.update({"value": json.loads(body)} if kind in ("ready", "item", "rule") else json.loads(body))
    print(json.dumps(signal, ensure_ascii=False), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
