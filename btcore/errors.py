"""Every exception btcore raises on purpose. Each is also the built-in exception a caller would expect."""

from __future__ import annotations

from typing import Any


class BtcoreError(Exception):
    """Root of btcore's exceptions: ``except btcore.BtcoreError`` catches them all."""


class DataError(BtcoreError, ValueError):
    """Candles or a data file break a rule; the message names file, rows, field and remedy."""


class ParameterError(BtcoreError, ValueError):
    """An argument has a value that cannot be used; the message names the argument and what it takes."""


class ExpressionError(BtcoreError, TypeError):
    """An expression was combined or used in a way that has no meaning."""


class StrategyError(BtcoreError, ValueError):
    """A strategy, order or cost model contradicts itself."""


class CallbackError(StrategyError):
    """A function of a strategy raised, which is its ``__cause__``.

    Attributes
    ----------
    index : int
        Candle at whose close it was called.
    result : Result or None
        What the simulation had done until then, as if the candles ended with that one; None in plans of several.
    """

    def __init__(self, message: str, index: int = -1, result: Any = None) -> None:
        super().__init__(message)
        self.index = index
        self.result = result
