"""HTTP/1.1 between ends that know each other: kept-alive connections, every body with its Content-Length."""

import json

MAX_HEAD_BYTES = 64 * 1024


def encode(value):
    """Bytes of JSON. Raises TypeError or ValueError if the value is not JSON."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except RecursionError as error:
        raise ValueError("it is nested too deep or holds itself") from error


class Malformed(Exception):
    """A message that is not read; status: what a server answers."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def _length(headers, limit):
    if "transfer-encoding" in headers:
        raise Malformed("411 Length Required", "a body needs a Content-Length")
    text = headers.get("content-length", "0")
    if not text.isascii() or not text.isdigit():
        raise Malformed("400 Bad Request", "Content-Length must be a number, is %s" % text)
    if limit is not None and int(text) > limit:
        raise Malformed("413 Content Too Large", "the body may have %d bytes" % limit)
    return int(text)


class Connection:
    """Sends and receives messages over a socket; each message is one write."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = b""

    def send(self, start, headers, body):
        """start: the request or status line."""
        lines = [start] + ["%s: %s" % header for header in headers]
        lines.append("Content-Length: %d\r\n\r\n" % len(body))
        self._sock.sendall("\r\n".join(lines).encode("utf-8") + body)

    def send_head(self, start, headers):
        """What a message begins with; its body, if it has one, follows."""
        lines = [start] + ["%s: %s" % header for header in headers]
        self._sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"))

    def stream(self, file):
        """A binary file as body, from its position on."""
        for chunk in iter(lambda: file.read(262144), b""):
            self._sock.sendall(chunk)

    def receive(self, limit=None):
        """(request or status line, headers by lower-case name, body), or None at the end.

        limit: of the body, bytes. Raises Malformed if it is larger, or if the head breaks the rules.
        """
        head = self.receive_head()
        if head is None:
            return None
        start, headers = head
        body = self.body(headers, limit)
        return None if body is None else (start, headers, body)

    def receive_head(self):
        """(request or status line, headers by lower-case name), or None at the end."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        start, *lines = head.decode("utf-8").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return start, headers

    def body(self, headers, limit=None):
        """The body that follows these headers, or None if it ends early."""
        return self._exactly(_length(headers, limit))

    def into(self, buffer):
        """Reads some of a body. Returns how many bytes; 0 at the end."""
        if self._buffer:
            count = min(len(self._buffer), len(buffer))
            buffer[:count] = self._buffer[:count]
            self._buffer = self._buffer[count:]
            return count
        return self._sock.recv_into(buffer)

    def close(self):
        self._sock.close()

    def _until(self, end):
        while True:
            at = self._buffer.find(end)
            if at > MAX_HEAD_BYTES or at < 0 and len(self._buffer) > MAX_HEAD_BYTES:
                raise Malformed("431 Request Header Fields Too Large", "headers may have %d bytes" % MAX_HEAD_BYTES)
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
