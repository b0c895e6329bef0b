"""The check for look-ahead: whether what is decided at a candle depends on candles after it.

A strategy is run over candles whose future is cut off, or is another one, from some candle on. What it decided before,
and the trades that ended before, must be what they were. So a look ahead is found where the future that was seen
matters for a decision; a strategy that passes has not been proved causal, it has not been caught.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.deciders import CompiledStrategy, WindowStrategy
from btcore.errors import ParameterError
from btcore.observations import Observation, first_difference, first_trade_difference, held_data, observed, substituted
from btcore.plan import Conditions
from btcore.simulation import checked_conditions
from btcore.strategy import Strategy

__all__ = ["CausalityReport", "Leak", "check_causality"]

MOST_CUTS = 10_000


@dataclass(frozen=True)
class Leak:
    """A decision or trade that depends on candles after it.

    Parameters
    ----------
    index : int
        The candle of the decision, or at which the trade ended.
    time : datetime64
        Its open time.
    what : {"decision", "trade", "exception"}
    cut : int
        First candle that was another one, or missing.
    future : str
        What was done to the candles from there on.
    before, after : str
        What happened with the candles as they are, and with the other future.
    """

    index: int
    time: np.datetime64
    what: str
    cut: int
    future: str
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"{self.what} at candle {self.index} ({self.time} UTC) depends on later candles: {self.before}; but "
            f"{self.after}, where candles from {self.cut} on are {self.future}"
        )


@dataclass(frozen=True)
class CausalityReport:
    """What ``check_causality`` found; true where all could be checked and nothing was found.

    Parameters
    ----------
    leak : Leak or None
        The first decision or trade that changed.
    runs : int
        Simulations with another future.
    cuts : tuple of int
        Candles from which on the future was another one.
    notes : tuple of str
        What could not be checked.

    Attributes
    ----------
    verdict : {"causal", "look-ahead", "unknown"}
        Unknown where nothing was found, but something could not be checked.
    """

    leak: Leak | None
    runs: int
    cuts: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        return "look-ahead" if self.leak is not None else "unknown" if self.notes else "causal"

    def __bool__(self) -> bool:
        return self.verdict == "causal"

    def __str__(self) -> str:
        found = "no look-ahead found" if self.leak is None else f"look-ahead: {self.leak}"
        lines = [f"{found} ({self.runs} other futures from {len(self.cuts)} candles on)"]
        return "\n".join(lines + [f"not checked: {note}" for note in self.notes])


def check_causality(
    strategy: Any,
    candles: Candles,
    *,
    costs: Any = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Any = None,
    start: Any = None,
    end: Any = None,
    cuts: int = 12,
    seed: int = 0,
) -> CausalityReport:
    """Whether what a strategy decides at a candle depends on candles after it.

    The strategy runs over the candles, and again where the candles from some candle on are cut off, mirrored, or
    shuffled. Decisions (signals with the levels read there; answers of a function) and trades before that candle are
    compared.

    Parameters
    ----------
    strategy : Strategy, WindowStrategy, CompiledStrategy, or a function from candles to one of them or to orders
        Arrays in an expression or in an object were computed before and stay what they are; only a function that
        computes them from the candles that it is given shows whether they look ahead. A WindowStrategy is copied for
        each run; where it holds the candles or one of their columns, the copy holds those of the other future.
    candles : Candles
    costs, size, cash, rules, start, end : as in ``simulate``
    cuts : int
        How many candles the future is changed from: half of them just after decisions, half anywhere.
    seed : int
        Which candles those are, and how the future is shuffled.

    Returns
    -------
    CausalityReport
        True where all could be checked and nothing was found; its text says what, where and how.

    Raises
    ------
    ParameterError
        If an argument has no meaning, or the strategy is a list of orders, which was made before.
    CallbackError
        If the function of the strategy raises with the candles as they are.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(2_000)
    >>> bool(bt.check_causality(bt.Strategy(bt.close > bt.sma(bt.close, 20), max_bars=5), candles))
    True
    >>> def tomorrow(candles):
    ...     following = np.append(candles.close[1:], candles.close[-1])
    ...     return bt.Strategy(following > candles.close, max_bars=1)
    >>> report = bt.check_causality(tomorrow, candles)
    >>> bool(report), report.leak.what
    (False, 'decision')
    """
    conditions = checked_conditions(candles, costs, size, cash, rules, start, end)
    if isinstance(cuts, bool) or not isinstance(cuts, int) or not 1 <= cuts <= MOST_CUTS:
        raise ParameterError(f"cuts is a whole number from 1 to {MOST_CUTS:,}, got {cuts!r}")
    make, notes = _maker(strategy, candles)
    known = observed(make(candles), candles, conditions)
    if known.error is not None:
        raise known.error
    points = _points(known, conditions, cuts, np.random.default_rng(seed))
    runs = 0
    for cut in points:
        for future, other in _futures(candles, cut, np.random.default_rng((seed, cut)), not notes):
            runs += 1
            leak = _leak(make, known, other, conditions, cut, future)
            if leak is not None:
                return CausalityReport(leak, runs, tuple(points), notes)
    return CausalityReport(None, runs, tuple(points), notes)


def _maker(strategy: Any, candles: Candles) -> tuple[Callable[[Candles], Any], tuple[str, ...]]:
    """A function from candles to the strategy for them, and what it cannot make anew."""
    if isinstance(strategy, type) and issubclass(strategy, WindowStrategy) and not _takes_candles(strategy):
        return (lambda _: strategy()), held_data(strategy(), candles)
    if isinstance(strategy, WindowStrategy):
        return (lambda other: substituted(strategy, candles, other)), held_data(strategy, candles)
    if isinstance(strategy, (Strategy, CompiledStrategy)):
        return (lambda _: strategy), held_data(strategy, candles)
    if callable(strategy):
        return strategy, ()
    raise ParameterError(
        "check_causality takes a Strategy, a WindowStrategy, a CompiledStrategy or a function from candles to one of "
        f"them; a list of orders was made before the check and cannot change: give the function that makes it, got "
        f"{type(strategy).__name__}"
    )


def _takes_candles(kind: type) -> bool:
    """Whether a class is made with an argument, which is then the candles."""
    try:
        inspect.signature(kind).bind()
    except (TypeError, ValueError):
        return True
    return False


def _points(known: Observation, conditions: Conditions, cuts: int, draw: np.random.Generator) -> list[int]:
    """Candles to change the future from: after the first decisions and some others, and anywhere."""
    first, last = conditions.start + 1, conditions.end - 1
    if first > last:
        return []
    after = np.unique(known.index) + 1
    after = after[(after >= first) & (after <= last)]
    chosen = set(after[:2].tolist())
    wanted = max(cuts // 2, 1)
    if len(after):
        chosen |= set(draw.choice(after, min(wanted, len(after)), replace=False).tolist())
    chosen |= set(draw.integers(first, last + 1, cuts).tolist())
    some = sorted(chosen)
    return sorted(draw.permutation(some)[:cuts].tolist())


def _futures(candles: Candles, cut: int, draw: np.random.Generator, can_be_cut: bool) -> Iterator[tuple[str, Candles]]:
    """The candles with another future from `cut` on, and what was done to it."""
    if can_be_cut:
        yield "missing", candles[:cut]
    open_, high, low, close = (column.astype(np.int64) for column in candles.ticks)
    last = close[cut - 1]
    future = np.stack([open_[cut:], high[cut:], low[cut:], close[cut:]])
    mirrored = (2 * last - future)[[0, 2, 1, 3]]
    if mirrored.min() >= 1:
        yield "mirrored", _with_future(candles, cut, mirrored, draw)
    order = draw.permutation(future.shape[1])
    shapes = (future - future[0])[:, order]
    jumps = (future[0] - np.append(last, future[3, :-1]))[order]
    shuffled = last + np.cumsum(jumps + shapes[3]) - shapes[3] + shapes
    if shuffled.min() >= 1:
        yield "shuffled", _with_future(candles, cut, shuffled, draw)


def _with_future(candles: Candles, cut: int, ticks: np.ndarray, draw: np.random.Generator) -> Candles:
    """The candles with these ticks from `cut` on; an ask side lies above them as it did at the opens."""

    def changed(own: Candles, future: np.ndarray) -> Candles:
        prices = own._grid.prices(future)
        names = ("open", "high", "low", "close")
        columns = {name: np.append(getattr(own, name)[:cut], new) for name, new in zip(names, prices, strict=True)}
        whole = [np.append(old[:cut].astype(np.int64), new) for old, new in zip(own.ticks, future, strict=True)]
        narrow = max(column.max() for column in whole) <= np.iinfo(np.int32).max
        columns["volume"] = np.append(own.volume[:cut], draw.permutation(own.volume[cut:]))
        for column in columns.values():
            column.flags.writeable = False
        kept = tuple(column.astype(np.int32) if narrow else column for column in whole)
        return own._with(**columns, ticks=kept, _origin=None, _derived={})

    made = changed(candles, ticks)
    if candles.ask is None:
        return made
    above = candles.ask.ticks[0][cut:].astype(np.int64) - candles.ticks[0][cut:]
    return made._with(ask=changed(candles.ask, np.maximum(ticks + above, 1)), _derived={})


def _leak(
    make: Callable[[Candles], Any], known: Observation, other: Candles, conditions: Conditions, cut: int, future: str
) -> Leak | None:
    """What changed before `cut`, if anything did."""
    missing = future == "missing"
    # the end of the candles closes positions, so with candles missing the last one that is left is not compared
    until = cut - 1 if missing else cut
    try:
        trader = make(other)
    except Exception:
        if missing:  # so few candles may be too few for it
            return None
        raise
    seen = observed(trader, other, _shortened(conditions, other, cut if missing else cut + 1))
    difference = first_difference(known, seen, until)
    if seen.error is not None and seen.error.index < cut and (difference is None or difference[0] >= seen.error.index):
        difference = seen.error.index, "exception", "it raises nothing", str(seen.error)
    difference = difference or first_trade_difference(known, seen, until)
    if difference is None:
        return None
    index, what, before, after = difference
    time = known.timestamp[index : index + 1].astype("datetime64[ns]").astype("datetime64[s]")[0]
    return Leak(index, time, what, cut, future, before, after)


def _shortened(conditions: Conditions, other: Candles, end: int) -> Conditions:
    """The conditions for candles that may be fewer, up to `end`."""
    costs = conditions.costs
    if isinstance(costs.spread, np.ndarray):
        costs = replace(costs, spread=costs.spread[: len(other)])
    return replace(conditions, costs=costs, end=min(conditions.end, end))
