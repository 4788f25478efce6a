"""Talflow functions in Python: a function is ``def handler(ctx, input)`` that returns a JSON value."""

from talflow.context import Context

__all__ = ["Context"]
