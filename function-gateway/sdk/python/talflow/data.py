"""Values that go by reference: put as streams, read as streams."""

import base64
import io
import json
import os
import socket
import tempfile
import time
from urllib.parse import quote, urlencode, urlsplit

from talflow.wire import Connection

FIELD = "$data"
_CHUNK = 256 * 1024
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1)
_SPOOL = 1024 * 1024
_BODY = 1024 * 1024  # a larger value is written to a file of the gateway's, where that is on this machine
_STEP = 8 * 1024 * 1024  # after so much the gateway is told, and computes its checksum meanwhile


class DataRefused(Exception):
    """The gateway does not take a value or cannot give it; the same again would be refused again.

    code: stable, such as ``gateway/data-lost``; docs/errors.md explains each.
    detail: what is wrong, in words.
    """

    def __init__(self, code, detail):
        super().__init__("%s: %s" % (code, detail))
        self.code = code
        self.detail = detail


class DataUnavailable(ConnectionError):
    """No room for a value, or no answer, until the attempt's time was nearly over."""


class Data:
    """The values of one attempt. Each transfer has a connection of its own, so threads may share it.

    deadline: seconds since the epoch, after which nothing is tried again; 0: after 60 seconds.
    """

    _TIMEOUT = 55
    _PATIENCE = 60

    def __init__(self, url, token, deadline=0):
        address = urlsplit(url)
        self._address = (address.hostname, address.port or 80)
        self._host = address.netloc
        self._token = token
        self._deadline = deadline
        self._same_machine = address.hostname in ("localhost", "127.0.0.1", "::1")
        self._sees_files = True  # of values; until the gateway says that it does not

    def put(self, name, data, media_type, nodes=None, replicate=None):
        path = "/v1/runtime/data/%s" % quote(name, safe="")
        options = {}
        if nodes is not None:
            options["nodes"] = nodes
        if replicate is not None:
            options["replicate"] = "always" if replicate else "never"
        with _seekable(data) as stream:
            begin = stream.tell()
            size = stream.seek(0, os.SEEK_END) - begin

            def attempt():
                if size > _BODY and self._same_machine:
                    reference = self._write(path, options, media_type, stream, begin, size)
                    if reference is not None:
                        return reference
                stream.seek(begin)
                return self._send(_query(path, options), media_type, stream, size)

            return self._again("value %s" % name, attempt)

    def get(self, reference):
        data = _data(reference)
        if "base64" in data:
            return io.BytesIO(base64.b64decode(data["base64"]))
        return self._sees_files and self._file(data) or io.BufferedReader(_Stream(self, data), _CHUNK)

    def _file(self, data):
        """The value's file, on the gateway's machine or as its container sees it. None: it is to be streamed."""
        place = self._again("value %s" % data["name"], lambda: self._json("GET", data["href"] + "&as=path"))
        if "path" not in place:
            self._sees_files = False
            return None
        try:
            file = open(place["path"], "rb", buffering=_CHUNK)
        except OSError:
            return None
        if os.fstat(file.fileno()).st_size == data["bytes"]:
            return file
        file.close()
        return None

    def open(self, data, position):
        """A connection from which the value's bytes can be read from a position on."""

        def attempt():
            connection = self._connect()
            try:
                headers = [("Range", "bytes=%d-" % position)] if position else []
                connection.send_head("GET %s HTTP/1.1" % data["href"], self._headers() + headers)
                start, answer = _head(connection)
                if int(start.split()[1]) in (200, 206):
                    return connection
                raise _Problem(start, connection.body(answer))
            except BaseException:
                connection.close()
                raise

        return self._again("value %s" % data["name"], attempt)

    def _write(self, path, options, media_type, stream, begin, size):
        """Writes the value to a file of the gateway's. None: this process cannot."""
        connection = self._connect()
        try:
            headers = self._headers("keep-alive") + [("Content-Length", "0")]
            start = "POST %s HTTP/1.1" % _query(path, dict(options, bytes=size))
            connection.send_head(start, headers + [("Content-Type", media_type)])
            place = _answer(connection)
            path += "/" + place["id"]
            try:
                file = open(place["path"], "r+b", buffering=0)
            except OSError:
                self._same_machine = False
                connection.send_head("DELETE %s HTTP/1.1" % path, headers)
                _head(connection)
                return None
            steps = 0
            with file:
                for written in _copy(stream, begin, size, file):
                    connection.send_head("PUT %s?written=%d HTTP/1.1" % (path, written), headers)
                    steps += 1
            for _ in range(steps):
                reference = _answer(connection)
            return reference
        finally:
            connection.close()

    def _send(self, path, media_type, stream, size):
        connection = self._connect()
        try:
            headers = [("Content-Type", media_type), ("Content-Length", str(size)), ("Expect", "100-continue")]
            connection.send_head("PUT %s HTTP/1.1" % path, self._headers() + headers)
            start, answer = _head(connection)
            if start.split()[1] != "100":
                return _accepted(start, connection.body(answer))
            connection.stream(stream)
            return _answer(connection)
        finally:
            connection.close()

    def _json(self, method, path):
        connection = self._connect()
        try:
            connection.send_head("%s %s HTTP/1.1" % (method, path), self._headers())
            return _answer(connection)
        finally:
            connection.close()

    def _headers(self, after="close"):
        return [("Host", self._host), ("Authorization", "Bearer " + self._token), ("Connection", after)]

    def _connect(self):
        sock = socket.create_connection(self._address, self._TIMEOUT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(sock)

    def _again(self, what, attempt):
        """Waits while there is no room or no answer."""
        until = self._deadline - 1 if self._deadline else time.time() + self._PATIENCE
        tries = 0
        while True:
            try:
                return attempt()
            except _Problem as problem:
                if not problem.retryable:
                    raise DataRefused(problem.code, problem.detail) from None
                last = problem
            except OSError as error:
                last = error
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            if time.time() + pause > until:
                raise DataUnavailable("%s: %s" % (what, last)) from last
            time.sleep(pause)
            tries += 1


class Inline:
    """Values without a gateway: they travel in their references, whatever their size."""

    def put(self, name, data, media_type, nodes=None, replicate=None):
        with _seekable(data) as stream:
            content = stream.read()
        encoded = base64.b64encode(content).decode("ascii")
        return {FIELD: {"name": name, "type": media_type, "bytes": len(content), "base64": encoded}}

    def get(self, reference):
        return io.BytesIO(base64.b64decode(_data(reference)["base64"]))


class _Stream(io.RawIOBase):
    """A value's bytes; a connection that breaks is followed by another for the rest."""

    def __init__(self, data, value):
        self._data = data
        self._value = value
        self._position = 0
        self._connection = None

    def readable(self):
        return True

    def readinto(self, buffer):
        wanted = min(len(buffer), self._value["bytes"] - self._position)
        while wanted > 0:
            if self._connection is None:
                self._connection = self._data.open(self._value, self._position)
            try:
                count = self._connection.into(memoryview(buffer)[:wanted])
            except OSError:
                count = 0
            if count:
                self._position += count
                return count
            self._drop()
        return 0

    def close(self):
        self._drop()
        super().close()

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Problem(Exception):
    """An answer that is not what was asked for."""

    def __init__(self, start, body):
        status = int(start.split()[1])
        try:
            problem = json.loads(body)
            self.code, self.detail, self.retryable = problem["code"], problem["detail"], problem["retryable"]
        except (ValueError, KeyError, TypeError):
            self.code, self.detail, self.retryable = "http/%d" % status, start, status >= 500
        super().__init__("%s: %s" % (self.code, self.detail))


def is_reference(value):
    return isinstance(value, dict) and isinstance(value.get(FIELD), dict)


def _data(reference):
    if not is_reference(reference):
        raise TypeError("not a reference: %.100r; pass what ctx.put returned" % (reference,))
    return reference[FIELD]


def _head(connection):
    head = connection.receive_head()
    if head is None:
        raise ConnectionError("the gateway closed the connection")
    return head


def _answer(connection):
    start, headers = _head(connection)
    return _accepted(start, connection.body(headers))


def _copy(stream, begin, size, file):
    """Copies a file to another. Yields how many bytes are there after each step."""
    try:
        source = stream.fileno()
    except (AttributeError, OSError):  # it is in memory
        stream.seek(begin)
        for written in range(0, size, _STEP):
            rest = memoryview(stream.read(_STEP))
            while rest:
                rest = rest[file.write(rest) :]
            yield min(size, written + _STEP)
        return
    written = 0
    while written < size:
        end = min(size, written + _STEP)
        while written < end:
            written += _some(source, begin + written, end - written, file)
        yield written


def _some(source, position, count, file):
    try:
        copied = os.sendfile(file.fileno(), source, position, count)
    except (AttributeError, OSError):  # not between these files, or not on this system
        copied = file.write(os.pread(source, min(count, _CHUNK), position))
    if not copied:
        raise ValueError("the file has become shorter while it was read")
    return copied


def _query(path, options):
    return path + "?" + urlencode(options) if options else path


def _accepted(start, body):
    if start.split()[1] != "200":
        raise _Problem(start, body)
    return json.loads(body)


def _seekable(data):
    """A binary file of the data, from where it can be read more than once."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return io.BytesIO(data)
    if isinstance(data, str) or not hasattr(data, "read"):
        raise TypeError("a value must be bytes or a binary file, is %s" % type(data).__name__)
    if data.seekable():
        return _Borrowed(data)
    spooled = tempfile.SpooledTemporaryFile(_SPOOL)
    for chunk in iter(lambda: data.read(_CHUNK), b""):
        spooled.write(chunk)
    spooled.seek(0)
    return spooled


class _Borrowed:
    """A file of the caller's, which stays open."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self._file

    def __exit__(self, *error):
        return None
