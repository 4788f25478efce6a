import json
import socket
import threading

from talflow.wire import Connection

LOSE = object()
"""An answer: the connection is closed after the request was read."""


class FakeGateway:
    """Listens on a free port and answers each request with the next of the answers, and with 200 when there are no more."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = []
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self.requests = []
        self.connections = 0
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            self._serve(sock)

    def _serve(self, sock):
        connection = Connection(sock)
        while True:
            try:
                request = connection.receive()
            except OSError:
                return
            if request is None:
                return
            start, headers, body = request
            self.requests.append((start.split()[1], headers.get("authorization"), json.loads(body)))
            answer = self._answers.pop(0) if self._answers else (200, {"id": "x"})
            if answer is LOSE:
                sock.close()
                return
            status, problem = answer
            connection.send("HTTP/1.1 %d Status" % status, [], json.dumps(problem).encode("utf-8"))

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # lost on purpose already
            sock.close()
        self._thread.join()
