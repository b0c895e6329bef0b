"""Candles one at a time: what a strategy's expressions are on the candle that has just closed."""

from __future__ import annotations

from typing import Any

from btcore._core.stream import Stream as CoreStream
from btcore.candles.agreement import period_ns
from btcore.errors import ParameterError
from btcore.expr import lift
from btcore.program import Program

__all__ = ["Stream"]


class Stream(CoreStream):
    """An expression over candles that are pushed one at a time, with the bits that a whole array would give.

    Parameters
    ----------
    expr : Expr, or a tuple of them such as ``donchian(20)``
        What ``push`` returns. It holds candle columns and numbers; arrays have no value for candles to come.
    period : str or int, optional
        How long a candle lasts, "1min" or nanoseconds; needed where the expression has a timeframe. Candles then come
        no sooner than that after the one before.

    Attributes
    ----------
    expr : Expr or tuple of Expr
    period : int
        In nanoseconds; 0 where none was given.
    count : int
        Candles pushed so far.

    Raises
    ------
    ExpressionError
        If the expression holds an array.
    ParameterError
        If the expression has a timeframe and there is no period, or candles of it cannot fill the timeframe.

    Notes
    -----
    A stream can be pickled and copied; the copy continues with the same bits. ``state`` is that memory as bytes, for
    those who keep it elsewhere; it fits streams of an equal expression, on the same version of btcore and kind of
    processor. Setting one that is damaged, or of another expression, raises DataError.

    Examples
    --------
    >>> from btcore.expr import close
    >>> stream = Stream(close.shift(1))
    >>> [stream.push(t, 5.0, 6.0, 4.0, price) for t, price in enumerate([4.0, 5.0, 6.0])]
    [nan, 4.0, 5.0]
    """

    expr: Any

    def __new__(cls, expr: Any, *, period: str | int | None = None) -> Stream:
        several = isinstance(expr, tuple)
        parts = [lift(part) for part in (expr if several else (expr,))]
        gather = getattr(expr, "_make", tuple) if several else None
        program = Program()
        slots = [program.slot(part) for part in parts]
        if program.has_timeframes and period is None:
            raise ParameterError("an expression with a timeframe needs period=, how long a candle lasts, e.g. '1min'")
        duration = 0 if period is None else period_ns(period)
        made = super().__new__(cls, *program.streamed(duration), slots, gather, program.clocks, duration)
        made.expr = expr
        return made

    @property
    def state(self) -> bytes:
        """What the stream carries from candle to candle; set it on a stream of an equal expression to continue."""
        return self.save()

    @state.setter
    def state(self, saved: bytes) -> None:
        self.restore(saved)

    def __reduce__(self) -> tuple[Any, ...]:
        return _continued, (self.expr, self.save(), self.period)


def _continued(expr: Any, saved: bytes, period: int) -> Stream:
    stream = Stream(expr, period=period or None)
    stream.restore(saved)
    return stream
