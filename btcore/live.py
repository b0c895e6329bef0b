"""Candles one at a time: what a strategy's expressions are on the candle that has just closed."""

from __future__ import annotations

from typing import Any

from btcore._core.stream import Stream as CoreStream
from btcore.expr import lift
from btcore.program import Program

__all__ = ["Stream"]


class Stream(CoreStream):
    """An expression over candles that are pushed one at a time, with the bits that a whole array would give.

    Parameters
    ----------
    expr : Expr, or a tuple of them such as ``donchian(20)``
        What ``push`` returns. It holds candle columns and numbers; arrays have no value for candles to come.

    Attributes
    ----------
    expr : Expr or tuple of Expr
    count : int
        Candles pushed so far.

    Raises
    ------
    ExpressionError
        If the expression holds an array.

    Notes
    -----
    A stream can be pickled and copied; the copy continues with the same bits. ``state`` is that memory as bytes, for
    those who keep it elsewhere; it fits streams of an equal expression, on the same version of btcore and kind of
    processor.

    Examples
    --------
    >>> from btcore.expr import close
    >>> stream = Stream(close.shift(1))
    >>> [stream.push(t, 5.0, 6.0, 4.0, price) for t, price in enumerate([4.0, 5.0, 6.0])]
    [nan, 4.0, 5.0]
    """

    expr: Any

    def __new__(cls, expr: Any) -> Stream:
        several = isinstance(expr, tuple)
        parts = [lift(part) for part in (expr if several else (expr,))]
        gather = getattr(expr, "_make", tuple) if several else None
        program = Program()
        slots = [program.slot(part) for part in parts]
        made = super().__new__(cls, *program.streamed(), slots, gather)
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
        return _continued, (self.expr, self.save())


def _continued(expr: Any, saved: bytes) -> Stream:
    stream = Stream(expr)
    stream.restore(saved)
    return stream
