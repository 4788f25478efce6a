"""What a function says of its data while it runs."""

import json
import socket
import threading
import time
from urllib.parse import quote, urlsplit

from talflow.wire import Connection, encode


class SignalRefused(Exception):
    """The gateway does not take a signal; the same one again would be refused again.

    code: stable, such as ``gateway/undeclared-datum``; docs/errors.md explains each.
    detail: what is wrong, in words.
    """

    def __init__(self, code, detail):
        super().__init__("%s: %s" % (code, detail))
        self.code = code
        self.detail = detail


class SignalUnacknowledged(ConnectionError):
    """No answer came although the signal was sent several times; whether it is in the log is not known."""


class Signals:
    """The signals of one attempt. Each returns when it is acknowledged; threads may share it.

    send: called with kind (``ready``, ``item``, ``close``, ``progress``, ``heartbeat`` or ``rule``), name (of a datum, else None),
    key (of an item, else None) and bytes of JSON.
    """

    def __init__(self, send):
        self._send = send
        self._lock = threading.Lock()
        self._streams = {}

    def ready(self, name, value):
        self._send("ready", name, None, _encoded(name, value))

    def item(self, name, value, key=None):
        body = _encoded(name, value)
        with self._lock:
            stream = self._streams.setdefault(name, _Stream(name, key is not None))
            key = stream.key(key)
        self._send("item", name, key, body)
        with self._lock:
            stream.acknowledged(key)

    def close(self, name):
        with self._lock:
            count = self._streams[name].count if name in self._streams else 0
        self._send("close", name, None, encode({"count": count}))
        return count


    def progress(self, fraction, message):
        told = {"message": message}
        if fraction is not None:
            told["fraction"] = fraction
        self._send("progress", None, None, encode(told))

    def heartbeat(self):
        self._send("heartbeat", None, None, b"{}")

    def rule(self, rule):
        self._send("rule", None, None, _encoded("the rule", rule))


class _Stream:
    """Keys and number of the slices of a stream."""

    def __init__(self, name, keyed):
        self._name = name
        self._keys = set() if keyed else None
        self._calls = 0
        self.count = 0

    def key(self, given):
        if (given is not None) != (self._keys is not None):
            raise ValueError("stream %s: give every item a key, or none" % self._name)
        self._calls += 1
        return str(self._calls - 1) if given is None else str(given)

    def acknowledged(self, key):
        if self._keys is None:
            self.count += 1
        else:
            self._keys.add(key)
            self.count = len(self._keys)


class Gateway:
    """A connection to the gateway's runtime API, kept from call to call and made anew when it is lost.

    A signal that is sent again has the same id, so a repeat changes nothing. PATIENCE: seconds after which a signal
    without an answer is given up.
    """

    PATIENCE = 60
    _TIMEOUT = 55
    _PAUSES = (0, 0.05, 0.1, 0.2, 0.5, 1)

    def __init__(self, url):
        self.url = url
        address = urlsplit(url)
        if address.scheme != "http" or not address.hostname:
            raise ValueError("the gateway's address must be http://HOST:PORT, is %s" % url)
        self._address = (address.hostname, address.port or 80)
        self._host = address.netloc
        self._lock = threading.Lock()
        self._connection = None

    def signals(self, token):
        """The signals of the attempt that has this token."""
        return Signals(lambda kind, name, key, body: self.post(token, _path(kind, name, key), body))

    def post(self, token, path, body):
        """Returns when it is acknowledged."""
        until = time.monotonic() + self.PATIENCE
        tries = 0
        while True:
            try:
                with self._lock:
                    status, answer = self._exchange(token, path, body)
                if status == 200:
                    return
                code, detail, again = _problem(status, answer)
                if not again:
                    raise SignalRefused(code, detail)
                lost = "%s: %s" % (code, detail)
            except OSError as error:
                lost = str(error)
            pause = self._PAUSES[min(tries, len(self._PAUSES) - 1)]
            if time.monotonic() + pause > until:
                raise SignalUnacknowledged("%s is not acknowledged after %d s: %s" % (path, self.PATIENCE, lost))
            time.sleep(pause)
            tries += 1

    def _exchange(self, token, path, body):
        try:
            if self._connection is None:
                sock = socket.create_connection(self._address, self._TIMEOUT)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connection = Connection(sock)
            headers = (
                ("Host", self._host),
                ("Authorization", "Bearer " + token),
                ("Content-Type", "application/json"),
            )
            self._connection.send("POST %s HTTP/1.1" % path, headers, body)
            reply = self._connection.receive()
            if reply is None:
                raise ConnectionError("the gateway closed the connection")
            start, headers, answer = reply
            if headers.get("connection", "").lower() == "close":
                self.close()
            return int(start.split()[1]), answer
        except BaseException:
            self.close()  # what was read of an answer must not meet the next one
            raise

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_OF_NO_DATUM = {"progress": "progress", "heartbeat": "heartbeat", "rule": "rules"}


def _path(kind, name, key):
    if kind in _OF_NO_DATUM:
        return "/v1/runtime/" + _OF_NO_DATUM[kind]
    name = quote(name, safe="")
    if kind == "ready":
        return "/v1/runtime/ready/" + name
    if kind == "item":
        return "/v1/runtime/items/%s?key=%s" % (name, quote(key, safe=""))
    return "/v1/runtime/streams/%s:close" % name


def _problem(status, answer):
    """(code, detail, whether it may succeed if it is sent again)"""
    try:
        problem = json.loads(answer)
        return problem["code"], problem["detail"], problem["retryable"]
    except (ValueError, KeyError, TypeError):
        return "http/%d" % status, answer[:200].decode("utf-8", "replace"), status >= 500


def _encoded(name, value):
    try:
        return encode(value)
    except (TypeError, ValueError) as error:
        raise type(error)("the value of %s is not JSON: %s" % (name, error)) from error
