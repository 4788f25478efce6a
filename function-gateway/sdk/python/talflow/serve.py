"""A handler as an HTTP server that speaks the function contract: what a container runs.

    PORT=8080 python3 -m talflow serve FILE.py[:HANDLER]

Listens on all addresses. A POST to any path is a call, several at once; a GET answers 200, for probes. A call is cancelled
when its connection ends, which is what the gateway does at the timeout. SIGTERM cancels what runs, lets it answer, and ends
the process with exit code 0.
"""

import os
import signal
import socket
import sys
import threading

from talflow import contract
from talflow.loader import FunctionFailed, load
from talflow.wire import Connection, Malformed

MAX_INPUT_BYTES = 16 * 1024 * 1024
MAX_RESULT_BYTES = 4 * 1024 * 1024
_LOOK_SECONDS = 0.1


class Server:
    """Serves a handler at a port; 0 takes a free one."""

    def __init__(self, function, port):
        self._function = function
        self._listener = socket.create_server(("", port), backlog=1024)
        self.port = self._listener.getsockname()[1]
        self._busy = {}  # socket to context of the call that runs on it
        self._connections = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._some_busy = threading.Event()

    def serve(self):
        """Returns when it was stopped and what ran has answered."""
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        threads = []
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                break
            thread = threading.Thread(target=self._connection, args=(sock,), daemon=True)
            threads = [other for other in threads if other.is_alive()] + [thread]
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self):
        """Takes no more calls and cancels those that run."""
        self._stopping.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it listens no more
        self._listener.close()
        with self._lock:
            for ctx in self._busy.values():
                ctx.cancel()
            for sock in self._connections - self._busy.keys():
                _end(sock)

    def _connection(self, sock):
        gateways = {}
        with self._lock:
            self._connections.add(sock)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(sock)
            while not self._stopping.is_set():
                request = connection.receive(MAX_INPUT_BYTES)
                if request is None:
                    return
                connection.send(*self._reply(sock, request, gateways))
        except Malformed as malformed:
            _refuse(sock, malformed)
        except OSError:
            pass  # the other end is gone, so nobody is to be told
        finally:
            for gateway in gateways.values():
                gateway.close()
            with self._lock:
                self._connections.discard(sock)
            sock.close()

    def _reply(self, sock, request, gateways):
        start, headers, body = request
        if start.startswith("GET "):
            return "HTTP/1.1 200 OK", [("Content-Type", "text/plain")], b"ready"
        if not start.startswith("POST "):
            return "HTTP/1.1 405 Method Not Allowed", [("Allow", "GET, POST")], b""
        try:
            ctx = contract.context(headers, gateways)
        except ValueError as error:
            raise Malformed("400 Bad Request", str(error)) from error
        with self._lock:
            self._busy[sock] = ctx
            self._some_busy.set()
            if self._stopping.is_set():
                ctx.cancel()
        try:
            status, more, answer = contract.answer(self._function, ctx, body, MAX_RESULT_BYTES)
        finally:
            with self._lock:
                del self._busy[sock]
        return "HTTP/1.1 " + status, [("Content-Type", "application/json"), *more], answer

    def _watch(self):
        """Cancels calls whose connection the caller has closed."""
        while True:
            self._some_busy.wait()
            with self._lock:
                if not self._busy:
                    self._some_busy.clear()
                for sock, ctx in self._busy.items():
                    if not ctx.cancelled and _is_closed(sock):
                        ctx.cancel()
            self._stopping.wait(_LOOK_SECONDS)
            if self._stopping.is_set():
                return


def _is_closed(sock):
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _end(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended


def _refuse(sock, malformed):
    try:
        Connection(sock).send(
            "HTTP/1.1 " + malformed.status, [("Connection", "close")], str(malformed).encode("utf-8")
        )
    except OSError:
        pass  # nobody reads it


def main(function):
    """function: FILE.py or FILE.py:HANDLER. Exit code 0 after SIGTERM, 1 if the handler cannot be loaded."""
    path, _, handler = function.partition(":")
    try:
        server = Server(load(path, handler or "handler"), int(os.environ.get("PORT", "8080")))
    except FunctionFailed as failed:
        print(failed.trace or failed.message, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda number, frame: server.stop())
    print("talflow: %s serves at port %d" % (function, server.port), file=sys.stderr, flush=True)
    server.serve()
    return 0
