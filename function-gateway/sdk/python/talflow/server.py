"""A function server: HTTP/1.1 over a Unix socket, one call at a time.

    python3 -m talflow.server SOCKET FILE HANDLER MAX_RESULT_BYTES

It connects to the socket, serves POST requests on that connection, and ends with it or with its standard input.
"""

import json
import os
import socket
import sys
import threading

from talflow.context import Context
from talflow.loader import FunctionFailed, call, load


class Connection:
    """Reads requests and writes replies; every body has its Content-Length."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = b""

    def request(self):
        """(headers by lower-case name, body), or None at the end."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        headers = {}
        for line in head.decode("utf-8").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self._exactly(int(headers.get("content-length", "0")))
        return None if body is None else (headers, body)

    def reply(self, status, body):
        head = "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._sock.sendall(head.encode("ascii") + body)

    def _until(self, end):
        while True:
            at = self._buffer.find(end)
            if at >= 0:
                found, self._buffer = self._buffer[:at], self._buffer[at + len(end) :]
                return found
            if not self._more():
                return None

    def _exactly(self, size):
        if len(self._buffer) < size:
            parts, have = [self._buffer], len(self._buffer)
            while have < size:
                part = self._sock.recv(min(1 << 20, size - have))
                if not part:
                    return None
                parts.append(part)
                have += len(part)
            self._buffer = b"".join(parts)
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _more(self):
        part = self._sock.recv(65536)
        self._buffer += part
        return bool(part)


def serve(connection, path, handler, limit):
    """Serves calls until the connection ends. The file is loaded at the first call, so that errors have a place to go."""
    function = None
    while True:
        request = connection.request()
        if request is None:
            return
        headers, body = request
        try:
            if function is None:
                function = load(path, handler)
            result = call(function, _context(headers), json.loads(body), limit)
            sys.stdout.flush()
            connection.reply("200 OK", result)
        except FunctionFailed as failed:
            if failed.trace:
                print(failed.trace, file=sys.stderr)
            sys.stdout.flush()
            sys.stderr.flush()
            error = {"error": failed.error, "message": failed.message}
            if failed.trace:
                error["trace"] = failed.trace
            connection.reply("500 Internal Server Error", json.dumps(error).encode("utf-8"))


def _context(headers):
    return Context(
        task=headers.get("x-talflow-task", ""),
        firing=headers.get("idempotency-key", ""),
        attempt=int(headers.get("x-talflow-attempt", "1")),
        deadline=int(headers.get("x-deadline-ms", "0")) / 1000.0,
    )


def _end_with(descriptor):
    """Ends the process when the gateway does: its end of our standard input is closed then."""
    while os.read(descriptor, 4096):
        pass
    os._exit(0)


def main(arguments):
    path, file, handler, limit = arguments
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
