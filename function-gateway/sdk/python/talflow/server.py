"""A function server: HTTP/1.1 over a Unix socket, one call at a time.

    python3 -m talflow.server SOCKET FILE HANDLER MAX_RESULT_BYTES

It connects to the socket, serves POST requests on that connection, and ends with it or with its standard input.
"""

import os
import signal
import socket
import sys
import threading

from talflow import contract
from talflow.loader import FunctionFailed, load
from talflow.wire import Connection


def serve(connection, path, handler, limit, cancelling=None):
    """Serves calls until the connection ends. The file is loaded at the first call, so that errors have a place to go.

    cancelling: a list that holds how to cancel the call that runs.
    """
    cancelling = [] if cancelling is None else cancelling
    function = None
    gateways = {}
    try:
        while True:
            request = connection.receive()
            if request is None:
                return
            _, headers, body = request
            try:
                if function is None:
                    function = load(path, handler)
            except FunctionFailed as failed:
                _reply(connection, *contract.failure(failed))
                continue
            ctx = contract.context(headers, gateways)
            cancelling.append(ctx.cancel)
            _reply(connection, *contract.answer(function, ctx, body, limit))
            cancelling.clear()
    finally:
        for gateway in gateways.values():
            gateway.close()


def _reply(connection, status, headers, body):
    connection.send("HTTP/1.1 " + status, [("Content-Type", "application/json"), *headers], body)


def _end_with(descriptor):
    """Ends the process when the gateway does: its end of our standard input is closed then."""
    while os.read(descriptor, 4096):
        pass
    os._exit(0)


def _ends_on_sigterm(cancelling):
    """Ends the handler as an exception would, so that its finally blocks run; the gateway kills what stays too long."""

    def terminated(number, frame):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for cancel in cancelling:
            cancel()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, terminated)


def main(arguments):
    path, file, handler, limit = arguments
    cancelling = []
    _ends_on_sigterm(cancelling)
    gateway = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    threading.Thread(target=_end_with, args=(gateway,), daemon=True).start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(path)
        serve(Connection(sock), file, handler, int(limit), cancelling)


if __name__ == "__main__":
    main(sys.argv[1:])
