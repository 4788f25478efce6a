import io
import json
import os
import tempfile
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from talflow.context import Context
from talflow.data import Data, DataRefused, DataUnavailable, Inline

FULL = (507, {"code": "gateway/data-full", "detail": "no room", "retryable": True})
LOST = (410, {"code": "gateway/data-lost", "detail": "its node is gone", "retryable": False})


class FakeGateway:
    """Keeps what is put and gives it back. problems: answers to the first requests; cut: a stream's first answer ends there."""

    def __init__(self, problems=(), cut=None, path=None, place=None):
        self.problems, self.cut, self.path, self.place = list(problems), cut, path, place
        self.values, self.requests, self.written = {}, [], []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_expect_100(self):
                return not self.refused() and super().handle_expect_100()

            def refused(self):
                fake.requests.append((self.command, self.path, self.headers.get("Range")))
                if not fake.problems:
                    return False
                self.answer(*fake.problems.pop(0))
                self.close_connection = True
                return True

            def do_POST(self):
                if self.refused():
                    return
                fake.type = self.headers["Content-Type"]
                if fake.place:
                    open(fake.place, "wb").close()
                self.answer(200, {"id": "i1", "path": fake.place or "/nowhere/at/all"})

            def do_DELETE(self):
                self.refused()
                self.send_response(204)
                self.end_headers()

            def do_PUT(self):
                place, _, written = self.path.partition("?written=")
                if written:
                    fake.requests.append((self.command, self.path, None))
                    with open(fake.place, "rb") as file:
                        content = file.read()
                    fake.written.append(int(written))
                    if len(content) < int(written):
                        self.answer(400, {"code": "gateway/bad-request", "detail": "too short", "retryable": False})
                        return
                    name = place.rsplit("/", 2)[1]
                    fake.values[name] = content
                    href = "/v1/runtime/data/n/%s?bytes=%d" % (name, len(content))
                    data = {"name": name, "bytes": len(content), "type": fake.type, "href": href}
                    self.answer(200, {"$data": data})
                    return
                name = urlsplit(self.path).path.rsplit("/", 1)[1]
                content = self.rfile.read(int(self.headers["Content-Length"]))
                fake.values[name] = content
                href = "/v1/runtime/data/n/%s?bytes=%d" % (name, len(content))
                data = {"name": name, "bytes": len(content), "type": self.headers["Content-Type"], "href": href}
                self.answer(200, {"$data": data})

            def do_GET(self):
                if self.refused():
                    return
                if self.path.endswith("&as=path"):
                    self.answer(200, {"path": fake.path or "/nowhere/at/all", "bytes": 1})
                    return
                content = fake.values[urlsplit(self.path).path.rsplit("/", 1)[1]]
                begin = int((self.headers.get("Range") or "bytes=0-")[6:-1])
                self.send_response(206 if begin else 200)
                self.send_header("Content-Length", str(len(content) - begin))
                self.end_headers()
                end, fake.cut = fake.cut, None
                self.wfile.write(content[begin:end])
                self.close_connection = True

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class DataTest(unittest.TestCase):
    def context(self, deadline=0, **answers):
        self.fake = FakeGateway(**answers)
        self.addCleanup(self.fake.close)
        return Context("w/t", "w/t@0/f/0", 1, deadline, data=Data(self.fake.url, "secret", deadline))

    def test_puts_bytes_and_files_and_gets_them_back(self):
        ctx = self.context()
        content = os.urandom(300_000)
        for value in (content, memoryview(content), io.BytesIO(content), _Pipe(content)):
            reference = ctx.put("v", value, "video/mp4")
            self.assertEqual(reference["$data"]["type"], "video/mp4")
            with ctx.get(reference) as read:
                self.assertEqual(read.read(), content)

    def test_puts_a_file_from_its_position_and_leaves_it_open(self):
        ctx = self.context()
        file = io.BytesIO(b"0123456789")
        file.seek(4)
        with ctx.get(ctx.put("v", file)) as read:
            self.assertEqual(read.read(), b"456789")
        self.assertFalse(file.closed)

    def test_reads_the_file_itself_where_it_can(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x" * 10)
            file.flush()
            ctx = self.context(path=file.name)
            with ctx.get(ctx.put("v", b"y" * 10)) as read:
                self.assertEqual(read.read(), b"x" * 10)
            with ctx.get(ctx.put("v", b"y" * 11)) as read:
                self.assertEqual(read.read(), b"y" * 11, "a file of another size is not the value")

    def test_writes_a_large_value_to_the_gateways_own_file(self):
        content = os.urandom(1024) * 17_000
        with tempfile.TemporaryDirectory() as folder:
            ctx = self.context(place=os.path.join(folder, "part"))
            with open(os.path.join(folder, "film"), "w+b") as film:
                film.write(b"head" + content)
                film.flush()
                film.seek(4)
                for value in (film, content, io.BytesIO(content), _Pipe(content)):
                    self.fake.written.clear()
                    reference = ctx.put("v", value, "video/mp4")["$data"]
                    self.assertEqual((reference["bytes"], reference["type"]), (len(content), "video/mp4"))
                    self.assertEqual(self.fake.values["v"], content)
                    self.assertEqual(self.fake.written, [8 << 20, 16 << 20, len(content)])

    def test_sends_a_large_value_where_it_cannot_write_to_that_file(self):
        ctx = self.context()
        content = os.urandom(1024) * 2_000
        with ctx.get(ctx.put("v", content)) as read:
            self.assertEqual(read.read(), content)
        self.assertIn(("DELETE", "/v1/runtime/data/v/i1", None), self.fake.requests)

    def test_goes_on_where_a_stream_broke_off(self):
        ctx = self.context(cut=100_000)
        content = os.urandom(300_000)
        with ctx.get(ctx.put("v", content)) as read:
            self.assertEqual(read.read(), content)
        self.assertEqual(self.fake.requests[-1][2], "bytes=100000-")

    def test_waits_while_there_is_no_room(self):
        ctx = self.context(problems=[FULL, FULL])
        self.assertEqual(ctx.put("v", b"abc")["$data"]["bytes"], 3)
        self.assertEqual(self.fake.values["v"], b"abc")

    def test_says_that_there_was_no_room_until_the_end(self):
        ctx = self.context(deadline=time.time() + 1.1, problems=[FULL] * 50)
        with self.assertRaisesRegex(DataUnavailable, "gateway/data-full"):
            ctx.put("v", b"abc")

    def test_says_at_once_that_a_value_is_lost(self):
        ctx = self.context()
        reference = ctx.put("v", b"abc")
        self.fake.problems.append(LOST)
        with self.assertRaises(DataRefused) as caught:
            ctx.get(reference)
        self.assertEqual(caught.exception.code, "gateway/data-lost")

    def test_reads_a_small_value_from_its_reference(self):
        ctx = self.context()
        with ctx.get({"$data": {"name": "v", "bytes": 3, "base64": "YWJj"}}) as read:
            self.assertEqual(read.read(), b"abc")
        self.assertEqual(self.fake.requests, [])

    def test_works_without_a_gateway(self):
        ctx = Context("w/t", "f", 1, 0, data=Inline())
        with ctx.get(ctx.put("v", b"abc")) as read:
            self.assertEqual(read.read(), b"abc")

    def test_refuses_what_is_no_value_and_no_reference(self):
        ctx = self.context()
        with self.assertRaisesRegex(TypeError, "bytes or a binary file, is str"):
            ctx.put("v", "text")
        with self.assertRaisesRegex(TypeError, "not a reference: 7"):
            ctx.get(7)


class _Pipe:
    """A stream that can be read once."""

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def seekable(self):
        return False

    def read(self, size=-1):
        return self._content.read(size)
