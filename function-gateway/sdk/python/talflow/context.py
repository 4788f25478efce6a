"""What a handler is told about its invocation."""

import sys
import threading
import time


class Context:
    """The first argument of a handler.

    task: id of the task, ``workflow/key``.
    firing: id of the invocation; the same in each attempt, so it serves as an idempotency key.
    attempt: 1 for the first attempt.
    deadline: when the attempt is stopped, in seconds since the epoch.
    secrets: values of the function's declared secrets, by name.
    """

    def __init__(self, task, firing, attempt, deadline, signals=None, secrets=None, data=None):
        self.task = task
        self.firing = firing
        self.attempt = attempt
        self.deadline = deadline
        self.secrets = secrets or {}
        self._signals = signals
        self._data = data
        self._cancelled = threading.Event()

    @property
    def cancelled(self):
        """Whether nobody waits for the result any more: the time is over, the task has ended, or the process is to end."""
        return self._cancelled.is_set() or time.time() >= self.deadline > 0

    def cancel(self):
        """Marks it as cancelled; for who calls the handler."""
        self._cancelled.set()

    def remaining(self):
        """Seconds until the deadline, never below 0."""
        return max(0.0, self.deadline - time.time())

    def ready(self, name, value):
        """Says that a declared value is there; whoever waits for it starts now.

        Returns when Kafka has it, as the other signals do. Raises SignalRefused if the gateway does not take it, and
        SignalUnacknowledged if it does not answer.
        """
        self._signalling().ready(name, value)

    def item(self, name, value, key=None):
        """Says that a slice of a declared stream is there.

        key: identifies the slice in every attempt; left out, the number of the call, from 0. A stream's items have keys
        all or none.
        """
        self._signalling().item(name, value, key)

    def close(self, name):
        """Says that a stream has no more slices than this attempt sent. Returns how many that are."""
        return self._signalling().close(name)

    def items(self, name, values):
        """Sends each of the values as a slice, then closes the stream. Returns how many there were."""
        for value in values:
            self.item(name, value)
        return self.close(name)

    def progress(self, fraction=None, message=""):
        """Says how far the work is, for people: a fraction from 0 to 1, a message of up to 200 characters. Also a heartbeat."""
        self._signalling().progress(fraction, message)

    def heartbeat(self):
        """Says that the function is at work; each other signal says so, too. See ``heartbeat`` in docs/functions.md."""
        self._signalling().heartbeat()

    def rule(self, rule):
        """Adds a rule to the task, as a dict with the keys of a workflow's rules.

        Raises SignalRefused with ``gateway/invalid-rule`` if it does not check.
        """
        self._signalling().rule(rule)

    def put(self, name, data, media_type="application/octet-stream", nodes=None, replicate=None):
        """Hands over a value of any size. Returns its reference, which stands for it in results, signals and inputs.

        data: bytes, or a binary file, which is read from its position on.
        nodes: on how many other nodes it will be read; left out, as earlier values of this function were.
        replicate: True: it goes to the remote store, too, and outlives this node; False: it does not; left out, it does
        where that is faster.
        Waits while the node is full. Raises DataRefused, and DataUnavailable when the attempt's time is nearly over.
        """
        return self._values().put(name, data, media_type, nodes, replicate)

    def get(self, reference):
        """The value that a reference stands for, as a binary file; close it, or use it in a ``with``.

        On the node that has it, the file is the one it lies in. Raises as put does; ``gateway/data-lost`` says that the
        value cannot be had any more.
        """
        return self._values().get(reference)

    def _values(self):
        if self._data is None:
            raise RuntimeError("this invocation has no gateway to hand data to")
        return self._data

    def _signalling(self):
        if self._signals is None:
            raise RuntimeError("this invocation has no gateway to signal to")
        return self._signals

    def log(self, *values):
        """Prints a line with the time to the invocation's log."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        print("%s.%03dZ" % (stamp, int(now * 1000) % 1000), *values, file=sys.stderr, flush=True)

    def __repr__(self):
        return "Context(task=%r, firing=%r, attempt=%r)" % (self.task, self.firing, self.attempt)
