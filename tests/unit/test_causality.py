"""The check for look-ahead: it finds those that were put there, and nothing in strategies that do not look ahead."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import OrderField

CANDLES = bt.synthetic_candles(6_000, seed=2)
MID = bt.Candles(
    *(getattr(CANDLES, name) for name in ("timestamp", "open", "high", "low", "close", "volume")),
    tick=CANDLES.tick, quote="mid", spread=0.00004,
)  # fmt: skip
DOUBLES = ctypes.POINTER(ctypes.c_double)
COMPILED = ctypes.CFUNCTYPE(None, *[DOUBLES] * 5, *[ctypes.c_int64] * 2, *[DOUBLES] * 4)


def lifted(candles: bt.Candles, by: float) -> bt.Candles:
    columns = [getattr(candles, name) + by for name in ("open", "high", "low", "close")]
    return bt.Candles(candles.timestamp, *columns, tick=candles.tick, quote="ask")


TWO_SIDED = bt.Candles(
    *(getattr(CANDLES, name) for name in ("timestamp", "open", "high", "low", "close")),
    tick=CANDLES.tick, ask=lifted(CANDLES, 0.00003),
)  # fmt: skip


class Patient(bt.WindowStrategy):
    """Looks back only, and remembers."""

    window = 30
    fast = bt.ema(bt.close, 8)

    def __init__(self) -> None:
        self.lows: list[float] = []

    def on_candle(self, window: Any) -> Any:
        self.lows.append(window.min("low"))
        if window.position is None and window.value("fast") < window.mean() - window.std():
            return [window.buy(stop=0.001, target=0.002), window.sell("limit", window.close[-1] + 0.001, expiry=9)]
        return window.exit() if len(self.lows) % 83 == 0 else None


@COMPILED
def compiled(open_, high, low, close, volume, window, index, values, position, state, order):  # type: ignore[no-untyped-def]
    state[0] += 1.0
    if close[window - 1] < close[0] - 0.0004 and state[0] % 3 == 0:
        order[OrderField.SIDE], order[OrderField.STOP], order[OrderField.MAX_BARS] = 1.0, 0.001, 20.0


CAUSAL = {
    "conditions": bt.Strategy(
        bt.crosses_above(bt.ema(bt.close, 20), bt.ema(bt.close, 50)),
        bt.close < bt.donchian(40).lower.shift(1),
        stop=2 * bt.atr(14),
        target=bt.percent(0.3),
        trail=(None, 3 * bt.atr(14)),
        size=1 / bt.atr(14),
    ),
    "timeframe": bt.Strategy(bt.close > bt.timeframe("1h", bt.high), exit_long=bt.hour() == 3, stop=0.001),
    "python": Patient(),
    "class": Patient,
    "compiled": bt.CompiledStrategy(compiled, 12, state=[0.0]),
    "function": lambda candles: bt.Strategy(candles.close > bt.sma(candles.close, 30), max_bars=20),
    "list": lambda candles: [bt.Order(t, 1, max_bars=3) for t in np.flatnonzero(candles.close > candles.open).tolist()],
    "nothing to do": bt.Strategy(bt.close < 0, max_bars=3),
}


@pytest.mark.parametrize("candles", [CANDLES, MID, TWO_SIDED], ids=["bid", "mid", "two sides"])
@pytest.mark.parametrize("name", CAUSAL)
def test_nothing_where_nothing_is(name: str, candles: bt.Candles) -> None:
    report = bt.check_causality(CAUSAL[name], candles, costs=bt.Costs(slippage=0.00001), start=50)
    assert report, str(report)
    assert (report.verdict, report.leak, report.notes) == ("causal", None, ())
    assert str(report).startswith(f"no look-ahead found ({report.runs} other futures from ")
    assert report.runs == 3 * len(report.cuts) > 0


def following(values: np.ndarray, by: int = 1) -> np.ndarray:
    return np.append(values[by:], np.full(by, values[-1]))


def hourly(candles: bt.Candles) -> bt.Strategy:
    """The close of an hour, known while the hour goes on."""
    hours = candles.resample("1h")
    close = hours.close[np.searchsorted(hours.timestamp, candles.timestamp, side="right") - 1]
    return bt.Strategy(candles.close < close - 0.0005, max_bars=30)


class Peeking(bt.WindowStrategy):
    """Holds the candles, and looks three of them ahead."""

    window = 5

    def __init__(self, candles: bt.Candles) -> None:
        self.candles = candles

    def on_candle(self, window: Any) -> Any:
        later = self.candles.close[min(window.index + 3, len(self.candles) - 1)]
        return window.buy(max_bars=3) if later > window.close[-1] + 0.0003 else None


class PeekingAtAColumn(Peeking):
    def __init__(self, candles: bt.Candles) -> None:
        self.closes = candles.close

    def on_candle(self, window: Any) -> Any:
        here = window.index + 1 < len(self.closes) and self.closes[window.index + 1] > window.close[-1]
        return window.sell(stop=0.001) if here and window.position is None else None


LEAKS = {
    "condition": (lambda c: bt.Strategy(following(c.close) > c.close, max_bars=3), "decision"),
    "rare condition": (lambda c: bt.Strategy(following(c.close) > c.close + 0.00055, max_bars=3), "decision"),
    "exit": (lambda c: bt.Strategy(c.close > c.open, exit_long=following(c.low) < c.low, max_bars=9), "decision"),
    "stop": (lambda c: bt.Strategy(c.close > c.open, stop=following(c.high) - c.low + 0.0001), "decision"),
    "size": (lambda c: bt.Strategy(c.close > c.open, max_bars=2, size=1 + abs(following(c.close, 5) - 1)), "decision"),
    "timeframe": (hourly, "decision"),
    "mean of all": (lambda c: bt.Strategy(c.close > c.close.mean(), max_bars=5), "decision"),
    "orders": (
        lambda c: [bt.Order(t, 1, max_bars=2) for t in np.flatnonzero(following(c.close) > c.close).tolist()],
        "decision",
    ),
    "function": (Peeking(CANDLES), "decision"),
    "class": (Peeking, "decision"),
    "column": (PeekingAtAColumn(CANDLES), "decision"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_leaks_are_found(name: str) -> None:
    strategy, what = LEAKS[name]
    report = bt.check_causality(strategy, CANDLES)
    assert not report
    assert report.verdict == "look-ahead"
    leak = report.leak
    assert leak.what == what
    assert leak.index < leak.cut < len(CANDLES)
    assert leak.time == CANDLES.timestamp[leak.index : leak.index + 1].astype("datetime64[ns]")[0]
    assert leak.before != leak.after
    text = str(report)
    assert text.startswith(f"look-ahead: {what} at candle {leak.index} ({leak.time} UTC) depends on later candles: ")
    assert f"where candles from {leak.cut} on are {leak.future}" in text


def test_what_a_report_says() -> None:
    def make(candles: bt.Candles) -> bt.Strategy:
        wanted = np.zeros(len(candles), dtype=bool)
        wanted[40] = candles.close[min(41, len(candles) - 1)] == CANDLES.close[41]
        return bt.Strategy(wanted, stop=0.001, size=0.5 * bt.close / bt.close)

    leak = bt.check_causality(make, CANDLES[:100]).leak
    assert (leak.index, leak.what) == (40, "decision")
    assert "it is enter_long stop (long)=0.001 size (long)=0.5" in (leak.before, leak.after)
    assert "it is nothing" in (leak.before, leak.after)


def test_an_exception_beyond_the_end_is_a_leak() -> None:
    class Further(Peeking):
        def on_candle(self, window: Any) -> Any:
            if window.index + 50 < 6_000:
                _ = self.candles.close[window.index + 50]

    report = bt.check_causality(Further(CANDLES), CANDLES)
    assert report.leak.what == "exception"
    assert "it raises nothing" in str(report)
    assert "IndexError" in report.leak.after


def test_arrays_of_before_are_not_vouched_for() -> None:
    report = bt.check_causality(bt.Strategy(following(CANDLES.close) > CANDLES.close, max_bars=3), CANDLES)
    assert not report
    assert (report.verdict, report.leak) == ("unknown", None)
    assert "not checked: the strategy holds an array computed before; check a function from candles" in str(report)

    class Holding(bt.WindowStrategy):
        window = 2
        plan = following(CANDLES.close)

        def on_candle(self, window: Any) -> Any:
            return window.buy(max_bars=2) if self.plan[window.index] > window.close[-1] else None

    report = bt.check_causality(Holding(), CANDLES)
    assert "its attribute 'plan' has a value per candle and was computed before" in report.notes[0]
    assert report.verdict == "unknown"


def test_costs_that_vary_by_candle() -> None:
    costs = bt.Costs(spread=np.where(CANDLES.close > CANDLES.open, 0.00002, 0.00004))
    assert bt.check_causality(CAUSAL["conditions"], CANDLES, costs=costs)


def test_the_same_seed_gives_the_same_report() -> None:
    reports = [bt.check_causality(hourly, CANDLES, seed=seed) for seed in (1, 1, 2)]
    assert reports[0] == reports[1]
    assert reports[0].cuts != reports[2].cuts


def test_the_strategy_is_left_as_it_was() -> None:
    strategy = Patient()
    bt.check_causality(strategy, CANDLES)
    assert strategy.lows == []


def test_short_windows() -> None:
    assert bt.check_causality(CAUSAL["conditions"], CANDLES, start=10, end=11).cuts == ()
    assert bt.check_causality(CAUSAL["conditions"], CANDLES, start=10, end=12).cuts == (11,)


def test_what_cannot_be_checked() -> None:
    with pytest.raises(bt.ParameterError, match="a list of orders was made before the check"):
        bt.check_causality([bt.Order(3, 1)], CANDLES)
    for cuts in (0, 1.5, True, 10**9):
        with pytest.raises(bt.ParameterError, match="cuts is a whole number from 1 to 10,000"):
            bt.check_causality(CAUSAL["conditions"], CANDLES, cuts=cuts)  # type: ignore[arg-type]
    with pytest.raises(bt.ParameterError, match="candles must be Candles"):
        bt.check_causality(CAUSAL["conditions"], None)  # type: ignore[arg-type]


def test_what_raises_anyway_is_raised() -> None:
    class Broken(bt.WindowStrategy):
        window = 2

        def on_candle(self, window: Any) -> Any:
            raise ZeroDivisionError

    with pytest.raises(bt.CallbackError, match="candle 1 "):
        bt.check_causality(Broken(), CANDLES)


def test_what_cannot_be_copied() -> None:
    strategy = Patient()
    strategy.handle = iter(())  # type: ignore[attr-defined]
    strategy.lock = __import__("threading").Lock()  # type: ignore[attr-defined]
    with pytest.raises(bt.StrategyError, match="Patient cannot be copied for a run of its own"):
        bt.check_causality(strategy, CANDLES)
