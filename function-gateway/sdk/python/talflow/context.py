"""What a handler is told about its invocation."""

import sys
import time


class Context:
    """The first argument of a handler.

    task: id of the task, ``workflow/key``.
    firing: id of the invocation; the same in each attempt, so it serves as an idempotency key.
    attempt: 1 for the first attempt.
    deadline: when the attempt is stopped, in seconds since the epoch.
    """

    def __init__(self, task, firing, attempt, deadline):
        self.task = task
        self.firing = firing
        self.attempt = attempt
        self.deadline = deadline

    def remaining(self):
        """Seconds until the deadline, never below 0."""
        return max(0.0, self.deadline - time.time())

    def log(self, *values):
        """Prints a line with the time to the invocation's log."""
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        print("%s.%03dZ" % (stamp, int(now * 1000) % 1000), *values, file=sys.stderr, flush=True)

    def __repr__(self):
        return "Context(task=%r, firing=%r, attempt=%r)" % (self.task, self.firing, self.attempt)
