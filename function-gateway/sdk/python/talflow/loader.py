"""Loads handlers, calls them, and turns whatever they do into a result or an error."""

import importlib.util
import inspect
import os
import re
import sys
import traceback

from talflow.wire import encode

_HERE = os.path.dirname(os.path.abspath(__file__))


class Failure(Exception):
    """What a handler raises to fail with an error of its own name, which rules and ``retry`` can name.

    error: up to 100 of ``A-Z a-z 0-9 . _ -``, such as ``Card.Declined``.
    retryable: False if another attempt would fail as well.
    retry_after: seconds that another attempt should wait at least.
    """

    def __init__(self, error, message="", retryable=True, retry_after=None):
        if not re.fullmatch("[A-Za-z0-9._-]{1,100}", error):
            raise ValueError("an error's name has up to 100 of A-Z a-z 0-9 . _ -, is %r" % error)
        super().__init__("%s: %s" % (error, message))
        self.error = error
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after


class FunctionFailed(Exception):
    """A handler that did not give a result.

    error: its own, ``Function.Error`` (it raised), ``Function.BadResult`` (not JSON) or ``Function.ResultTooLarge``.
    trace: the traceback without the SDK's own frames; empty if there is none.
    """

    def __init__(self, error, message, trace="", retryable=True, retry_after=None):
        super().__init__(message)
        self.error = error
        self.message = message
        self.trace = trace
        self.retryable = retryable
        self.retry_after = retry_after


def load(path, handler="handler"):
    """The handler of a file. The file's directory and the working directory are importable."""
    path = os.path.abspath(path)
    for directory in (os.getcwd(), os.path.dirname(path)):
        if directory not in sys.path:
            sys.path.insert(0, directory)
    name = os.path.splitext(os.path.basename(path))[0]
    try:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        function = getattr(module, handler)
    except AttributeError as error:
        if name in sys.modules and not hasattr(sys.modules[name], handler):
            raise FunctionFailed("Function.Error", "%s has no function %s" % (path, handler), _trace(error)) from error
        raise _failed(error) from error
    except Exception as error:  # whatever a module raises when it is imported is the function's error
        raise _failed(error) from error
    if inspect.iscoroutinefunction(function):
        raise FunctionFailed("Function.Error", "%s is async; a handler is a plain function" % handler)
    return function


def call(function, context, value, limit):
    """Bytes of JSON: what the handler returned."""
    try:
        result = function(context, value)
    except Failure as told:
        raise FunctionFailed(told.error, told.message, "", told.retryable, told.retry_after) from told
    except Exception as error:
        raise _failed(error) from error
    try:
        body = encode(result)
    except (TypeError, ValueError) as error:
        raise FunctionFailed("Function.BadResult", "the result is not JSON: %s" % error) from error
    if len(body) > limit:
        message = "the result may have %d bytes of JSON, has %d bytes" % (limit, len(body))
        raise FunctionFailed("Function.ResultTooLarge", message)
    return body


def _failed(error):
    message = "%s: %s" % (type(error).__name__, error)
    return FunctionFailed("Function.Error", message[:2000], _trace(error))


def _trace(error):
    lines = traceback.TracebackException.from_exception(error)
    own = [frame for frame in lines.stack if not frame.filename.startswith((_HERE, "<frozen importlib"))]
    lines.stack = traceback.StackSummary.from_list(own)
    return "".join(lines.format())[-16000:]
