"""The function contract: what a call's headers say, and how what came of it is answered. docs/functions.md has a transcript."""

import base64
import json
import math
import sys

from talflow.context import Context
from talflow.data import Data
from talflow.loader import FunctionFailed, call
from talflow.signals import Gateway

_FAILED = "500 Internal Server Error"
_BUSY = "503 Service Unavailable"
_REFUSED = "422 Unprocessable Content"


def context(headers, gateways):
    """What the handler is told. gateways: connections by address, kept from call to call."""
    deadline = int(headers.get("x-deadline-ms", "0")) / 1000.0
    return Context(
        task=headers.get("x-talflow-task", ""),
        firing=headers.get("idempotency-key", ""),
        attempt=int(headers.get("x-talflow-attempt", "1")),
        deadline=deadline,
        signals=_signals(headers, gateways),
        secrets=_secrets(headers),
        data=_values(headers, deadline),
    )


def _values(headers, deadline):
    url = headers.get("x-talflow-runtime")
    return Data(url, headers.get("x-talflow-token", ""), deadline) if url else None


def _secrets(headers):
    text = headers.get("x-talflow-secrets")
    return json.loads(base64.b64decode(text)) if text else {}


def _signals(headers, gateways):
    url = headers.get("x-talflow-runtime")
    if not url:
        return None
    if url not in gateways:
        gateways[url] = Gateway(url)
    return gateways[url].signals(headers.get("x-talflow-token", ""))


def answer(function, ctx, body, limit):
    """Calls the handler. (status, headers, body) of the reply."""
    try:
        try:
            value = json.loads(body) if body else None
        except ValueError as error:
            return "400 Bad Request", [], _json({"message": "the input is not JSON: %s" % error})
        result = call(function, ctx, value, limit)
        sys.stdout.flush()
        return "200 OK", [], result
    except FunctionFailed as failed:
        return failure(failed)


def failure(failed):
    """(status, headers, body) that tell a failure; its trace goes to the log too."""
    if failed.trace:
        print(failed.trace, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    headers = [("X-Talflow-Error", failed.error)]
    if failed.retry_after is not None:
        headers.append(("Retry-After", str(max(0, math.ceil(failed.retry_after)))))
    told = {"error": failed.error, "message": failed.message}
    if failed.trace:
        told["trace"] = failed.trace
    status = _REFUSED if not failed.retryable else _FAILED if failed.retry_after is None else _BUSY
    return status, headers, _json(told)


def _json(value):
    return json.dumps(value).encode("utf-8")
