import contextlib
import io
import json
import os
import socket
import tempfile
import threading
import unittest

from talflow.server import serve
from talflow.wire import Connection
from tests.fake_gateway import FakeGateway


class ServerTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "served.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                "def handler(ctx, input):\n"
                "    if input == 'fail':\n"
                "        raise ValueError('asked to')\n"
                "    if input == 'signal':\n"
                "        return ctx.items('chunks', 'ab')\n"
                "    return {'input': input, 'attempt': ctx.attempt, 'firing': ctx.firing, 'deadline': ctx.deadline}\n"
            )
        self.gateway, self.function = socket.socketpair()
        self.thread = threading.Thread(target=serve, args=(Connection(self.function), path, "handler", 1000))
        self.thread.start()
        self.replies = self.gateway.makefile("rb")

    def tearDown(self):
        self.replies.close()
        self.gateway.close()
        self.thread.join()
        self.function.close()

    def call(self, value, more=""):
        body = json.dumps(value).encode("utf-8")
        head = (
            "POST / HTTP/1.1\r\nHost: f\r\nX-Talflow-Attempt: 3\r\nIdempotency-Key: w/t@0/r/0\r\n"
            "X-Deadline-Ms: 1500\r\n%sContent-Length: %d\r\n\r\n" % (more, len(body))
        )
        self.gateway.sendall(head.encode("ascii") + body)
        status = int(self.replies.readline().split()[1])
        length = 0
        for line in iter(self.replies.readline, b"\r\n"):
            name, _, text = line.decode("ascii").partition(":")
            if name.lower() == "content-length":
                length = int(text)
        return status, json.loads(self.replies.read(length))

    def test_serves_one_call_after_another_on_one_connection(self):
        for n in range(3):
            expected = {"input": n, "attempt": 3, "firing": "w/t@0/r/0", "deadline": 1.5}
            self.assertEqual(self.call(n), (200, expected))

    def test_reads_a_body_larger_than_a_read(self):
        status, error = self.call("x" * 3_000_000)
        self.assertEqual((status, error["error"]), (500, "Function.ResultTooLarge"))
        self.assertEqual(self.call(1)[0], 200)

    def test_answers_an_exception_and_goes_on(self):
        with contextlib.redirect_stderr(io.StringIO()) as printed:
            status, error = self.call("fail")
        self.assertEqual((status, error["error"], error["message"]), (500, "Function.Error", "ValueError: asked to"))
        self.assertIn("asked to", error["trace"])
        self.assertIn("asked to", printed.getvalue())
        self.assertEqual(self.call(1)[0], 200)

    def test_signals_by_the_address_and_token_of_each_call(self):
        fake = FakeGateway()
        self.addCleanup(fake.close)
        for token in ("one", "two"):
            headers = "X-Talflow-Runtime: %s\r\nX-Talflow-Token: %s\r\n" % (fake.url, token)
            self.assertEqual(self.call("signal", headers), (200, 2))
        self.assertEqual([token for _, token, _ in fake.requests], ["Bearer one"] * 3 + ["Bearer two"] * 3)
        self.assertEqual([body for _, _, body in fake.requests], ["a", "b", {"count": 2}] * 2)
        self.assertEqual(fake.connections, 1)
