"""Talflow functions in Python: a function is ``def handler(ctx, input)`` that returns a JSON value."""

from talflow.context import Context
from talflow.data import DataRefused, DataUnavailable
from talflow.loader import Failure
from talflow.signals import SignalRefused, SignalUnacknowledged

__all__ = ["Context", "DataRefused", "DataUnavailable", "Failure", "SignalRefused", "SignalUnacknowledged"]
