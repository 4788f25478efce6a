"""A function server: HTTP/1.1 over a Unix socket, one call at a time.

    python3 -m talflow.server SOCKET FILE HANDLER MAX_RESULT_BYTES

It connects to the socket, serves POST requests on that connection, and ends with it or with its standard input.
"""

import base64
import json
import os
import signal
import socket
import sys
import threading

from talflow.context import Context
from talflow.loader import FunctionFailed, call, load
from talflow.signals import Gateway
from talflow.wire import Connection


def serve(connection, path, handler, limit):
    """Serves calls until the connection ends. The file is loaded at the first call, so that errors have a place to go."""
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
                result = call(function, _context(headers, gateways), json.loads(body), limit)
                sys.stdout.flush()
                _reply(connection, "200 OK", result)
            except FunctionFailed as failed:
                _reply(connection, "500 Internal Server Error", _error(failed), [("X-Talflow-Error", failed.error)])
    finally:
        for gateway in gateways.values():
            gateway.close()


def _error(failed):
    if failed.trace:
        print(failed.trace, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    error = {"error": failed.error, "message": failed.message}
    if failed.trace:
        error["trace"] = failed.trace
    return json.dumps(error).encode("utf-8")


def _reply(connection, status, body, headers=()):
    connection.send("HTTP/1.1 " + status, [("Content-Type", "application/json"), *headers], body)


def _context(headers, gateways):
    return Context(
        task=headers.get("x-talflow-task", ""),
        firing=headers.get("idempotency-key", ""),
        attempt=int(headers.get("x-talflow-attempt", "1")),
        deadline=int(headers.get("x-deadline-ms", "0")) / 1000.0,
        signals=_signals(headers, gateways),
        secrets=_secrets(headers),
    )


def _secrets(headers):
    text = headers.get("x-talflow-secrets")
    return json.loads(base64.b64decode(text)) if text else {}


def _signals(headers, gateways):
    """gateways: connections by address, kept from call to call."""
    url = headers.get("x-talflow-runtime")
    if not url:
        return None
    if url not in gateways:
        gateways[url] = Gateway(url)
    return gateways[url].signals(headers.get("x-talflow-token", ""))


def _end_with(descriptor):
    """Ends the process when the gateway does: its end of our standard input is closed then."""
    while os.read(descriptor, 4096):
        pass
    os._exit(0)


def _terminated(number, frame):
    """Ends the handler as an exception would, so that its finally blocks run; the gateway kills what stays too long."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)


def main(arguments):
    path, file, handler, limit = arguments
    signal.signal(signal.SIGTERM, _terminated)
    gateway = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    threading.Thread(target=_end_with, args=(gateway,), daemon=True).start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(path)
        serve(Connection(sock), file, handler, int(limit))


if __name__ == "__main__":
    main(sys.argv[1:])
