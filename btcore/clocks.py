"""What a program needs to know of time: zones and hours for operators of time, a clock for each longer timeframe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from btcore._core.times import PARTS
from btcore._core.types import WORD
from btcore.candles.timeframe import Frame, frame
from btcore.candles.zones import DAY_NS, zone_table
from btcore.errors import ParameterError
from btcore.expr import Expr, lift

__all__ = ["Clock", "inner_frame", "time_operands", "timeframe"]

DEEPEST = WORD - 1  # timeframes inside timeframes: the core leaves room in a block for one bucket of each


def timeframe(timeframe: str, expr: Any, *, tz: Any = "UTC", roll: Any = "00:00") -> Any:
    """An expression on the completed candles of a longer timeframe, as known at the close of each candle.

    Parameters
    ----------
    timeframe : str
        Length of the longer candles: "5min", "1h", "4h", "1d", "1w". They are those of ``Candles.resample``.
    expr : Expr, or a tuple of them such as ``donchian(20)``
        What is computed on the longer candles; ``close`` is their close, ``atr(14)`` counts 14 of them, the time is
        that at which they open. It holds no arrays, and may hold timeframes that are longer still.
    tz, roll : str
        Zone and local time at which days open, e.g. ``tz="America/New_York", roll="17:00"``: as ``Candles.resample``.

    Returns
    -------
    Expr, or a tuple as given
        At each candle the value on the last longer candle that is over; NaN, or False for a condition, before the
        first. A longer candle is over at the close of the candle that lasts to its end; where that one is missing, with
        the first candle after its end. How long a candle lasts: ``Candles.duration``, ``Stream(expr, period="1min")``.

    Raises
    ------
    ParameterError
        If the timeframe, the zone or the roll is none. When it is run: if candles are longer than the timeframe or
        cannot fill it, or it is no multiple of the timeframe that it stands in.
    ExpressionError
        When it is run: if it holds an array.

    Examples
    --------
    >>> from btcore.expr import close
    >>> timeframe("1h", close) > timeframe("1d", close, tz="America/New_York", roll="17:00")
    timeframe('1h', close) > timeframe('1d', close, tz='America/New_York', roll='17:00')
    """
    cut = frame(timeframe, tz, roll)
    if isinstance(expr, tuple):
        make: Any = getattr(expr, "_make", tuple)
        return make([_on(cut, part) for part in expr])
    return _on(cut, expr)


def _on(cut: Frame, expr: Any) -> Expr:
    node = lift(expr)
    label = f"timeframe({cut.text!r}, {node!r}{cut.shown})"
    return Expr("timeframe", (node,), tuple(cut), kind=node.kind, label=label)


@dataclass(eq=False)
class Clock:
    """Candles that operators step on: those of the block (the base), or the completed buckets of a timeframe.

    Slots are those of the program. `count` holds how many there are in the block (-1: as many as the block has),
    `complete` how many are complete at each candle of the clock outside, `ends` when each is over (-1: not held),
    `columns` their open times, prices and volumes.
    """

    frame: Frame | None = None
    count: int = -1
    complete: int = -1
    ends: int = -1
    columns: dict[str, int] = field(default_factory=dict)
    depth: int = 0
    known: dict[int, int] = field(default_factory=dict)  # id of a node -> its slot on this clock
    inner: dict[Frame, Clock] = field(default_factory=dict)


def inner_frame(node: Expr, clock: Clock) -> Frame:
    """The frame of a timeframe that is used on a clock.

    Raises
    ------
    ParameterError
        If it is not a multiple of the timeframe that it stands in.
    """
    frame = Frame(*node.params)
    if clock.frame is not None and frame.length % clock.frame.length:
        raise ParameterError(
            f"timeframe {frame.text!r} is not a multiple of {clock.frame.text!r}, the timeframe that it stands in"
        )
    if clock.depth == DEEPEST:
        raise ParameterError(f"timeframes stand inside each other up to {DEEPEST} deep")
    return frame


def time_operands(node: Expr) -> tuple[Any, ...] | None:
    """What the core's set-up of an operator of time takes; None for other operators."""
    if node.op == "time_part":
        part, zone = node.params
        return zone_table(zone), PARTS[part]
    if node.op == "between":
        zone, *numbers = node.params
        return zone_table(zone), *numbers
    if node.op == "new_day":
        frame = Frame(DAY_NS, *node.params)
        return frame.table, frame.rule
    return None
