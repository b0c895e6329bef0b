"""The content hash: equal for equal inputs, different when any input changes, the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

import btcore as bt
from btcore.expr import close, open_
from btcore.rules import AMBIGUITY_MODES

N = 300
CANDLES = bt.synthetic_candles(N, seed=3)
UP = close > open_
ORDERS = [bt.Order(5, "long", stop=0.001), bt.Exit(50)]


def strategy(**changes: Any) -> bt.Strategy:
    """A strategy with changed arguments."""
    return bt.Strategy(**({"enter_long": UP, "stop": 0.001, "target": bt.percent(0.1), "max_bars": 5} | changes))


def content_hash(made: Any = None, candles: bt.Candles = CANDLES, **options: Any) -> str:
    """Hash of a simulation."""
    return bt.simulate(strategy() if made is None else made, candles, **options).content_hash


def rebuilt(candles: bt.Candles, **changes: Any) -> bt.Candles:
    """The same candles made anew, with changed arguments."""
    names = ("timestamp", "open", "high", "low", "close", "volume")
    columns = {name: getattr(candles, name).copy() for name in names}
    return bt.Candles(**(columns | {"symbol": candles.symbol, "tick": candles.tick} | changes))


SAME: list[tuple[str, Any]] = [
    ("again", content_hash),
    ("candles anew", lambda: content_hash(candles=rebuilt(CANDLES))),
    ("another name", lambda: content_hash(strategy(name="trend"))),
    ("a label", lambda: content_hash(strategy(enter_long=UP.labelled("up")))),
    ("a pair", lambda: content_hash(strategy(stop=(0.001, 0.001)))),
    ("numpy numbers", lambda: content_hash(strategy(stop=np.float64(0.001), max_bars=np.int64(5)))),
    ("defaults given", lambda: content_hash(costs=bt.Costs(), rules=bt.Rules(), cash=10_000, start=0, end=N)),
    ("times", lambda: content_hash(start="1990-01-01", end="2090-01-01")),
]


@pytest.mark.parametrize("make", [make for _, make in SAME], ids=[name for name, _ in SAME])
def test_equal_inputs_have_equal_hashes(make: Any) -> None:
    assert make() == content_hash()


EQUAL_PAIRS: dict[str, tuple[Any, Any]] = {
    "order of numpy numbers": (
        [bt.Order(np.int64(5), 1, stop=np.float64(0.001), max_bars=np.int64(3))],
        [bt.Order(5, "long", stop=0.001, max_bars=3)],
    ),
    "whole numbers": ([bt.Order(5, "long", stop=1)], [bt.Order(5, "long", stop=1.0)]),
    "percent": ([bt.Order(5, "long", stop=bt.percent(1))], [bt.Order(5, "long", stop=bt.percent(1.0))]),
    "exits": ([bt.Exit(np.int64(5))], [bt.Exit(5)]),
    "a tuple": ((bt.Exit(5),), [bt.Exit(5)]),
}


@pytest.mark.parametrize("name", EQUAL_PAIRS)
def test_equal_orders_have_equal_hashes(name: str) -> None:
    one, other = EQUAL_PAIRS[name]
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize("spread", [[0.0001] * N, (0.0001,) * N, pd.Series([0.0001] * N), np.full(2 * N, 0.0001)[::2]])
def test_equal_spreads_have_equal_hashes(spread: Any) -> None:
    expected = content_hash(costs=bt.Costs(spread=np.full(N, 0.0001)))
    assert content_hash(costs=bt.Costs(spread=spread)) == expected


def moved_close() -> np.ndarray:
    """Closes of which one lies a tick higher."""
    moved = CANDLES.close.copy()
    where = int(np.argmax(CANDLES.high - CANDLES.close))
    moved[where] = (round(moved[where] * 1e5) + 1) / 1e5
    return moved


CHANGES: dict[str, Any] = {
    "start": lambda: content_hash(start=1),
    "end": lambda: content_hash(end=N - 1),
    "cash": lambda: content_hash(cash=10_001),
    "size": lambda: content_hash(size=2),
    "size rule": lambda: content_hash(size=bt.FixedCash(2)),
    "other size rule": lambda: content_hash(size=bt.PercentEquity(2)),
    "size expression": lambda: content_hash(size=close),
    "spread": lambda: content_hash(costs=bt.Costs(spread=1e-5)),
    "spread array": lambda: content_hash(costs=bt.Costs(spread=np.full(N, 1e-5))),
    "other spread array": lambda: content_hash(costs=bt.Costs(spread=np.linspace(0, 1e-5, N))),
    "slippage": lambda: content_hash(costs=bt.Costs(slippage=1e-5)),
    **{
        f"commission {part}": lambda part=part: content_hash(costs=bt.Costs(commission=bt.Commission(**{part: 1e-9})))
        for part in ("per_trade", "per_unit", "per_lot", "percent", "minimum")
    },
    "limit_gap": lambda: content_hash(rules=bt.Rules(limit_gap="limit")),
    **{f"ambiguity {mode}": lambda mode=mode: content_hash(rules=bt.Rules(mode)) for mode in AMBIGUITY_MODES[1:]},
    "limit_through_ticks": lambda: content_hash(rules=bt.Rules(limit_through_ticks=1)),
    "enter": lambda: content_hash(strategy(enter_long=close >= open_)),
    "other side": lambda: content_hash(strategy(enter_long=None, enter_short=UP)),
    "exit": lambda: content_hash(strategy(exit_long=UP)),
    "exit of the other side": lambda: content_hash(strategy(exit_short=UP)),
    "stop": lambda: content_hash(strategy(stop=0.0011)),
    "stop percent": lambda: content_hash(strategy(stop=bt.percent(0.001))),
    "stop price": lambda: content_hash(strategy(stop=None, stop_price=0.001)),
    "stop of one side": lambda: content_hash(strategy(stop=(0.001, None))),
    "no stop": lambda: content_hash(strategy(stop=None)),
    "target": lambda: content_hash(strategy(target=0.1)),
    "trail": lambda: content_hash(strategy(trail=0.1)),
    "trail source": lambda: content_hash(strategy(trail_source="close")),
    "partial targets": lambda: content_hash(strategy(target=None, targets=[(0.5, 0.1)])),
    "distance of a partial target": lambda: content_hash(strategy(target=None, targets=[(0.5, 0.2)])),
    "fraction of a partial target": lambda: content_hash(strategy(target=None, targets=[(0.4, 0.1)])),
    "live trail": lambda: content_hash(strategy(trail_price=0.1)),
    "stop-limit entry": lambda: content_hash(strategy(entry="stop_limit", price=close, limit_price=close)),
    "limit of a stop-limit entry": lambda: content_hash(strategy(entry="stop_limit", price=close, limit_price=open_)),
    "close entry": lambda: content_hash(strategy(entry="close")),
    "session": lambda: content_hash(strategy(session=bt.SessionEnd("16:30"))),
    "activate": lambda: content_hash(strategy(trail=0.1, activate=0.1)),
    "breakeven": lambda: content_hash(strategy(breakeven=0.1)),
    "max_bars": lambda: content_hash(strategy(max_bars=6)),
    "no max_bars": lambda: content_hash(strategy(max_bars=None)),
    "strategy size": lambda: content_hash(strategy(size=1)),
    "stop entry": lambda: content_hash(strategy(entry="stop", price=close)),
    "limit entry": lambda: content_hash(strategy(entry="limit", price=close)),
    "expiry": lambda: content_hash(strategy(entry="limit", price=close, expiry=3)),
    "orders": lambda: content_hash(ORDERS),
    "other orders": lambda: content_hash(ORDERS[:1]),
    "order of orders": lambda: content_hash([bt.Order(5, 1), bt.Order(5, -1)]),
    "other order of orders": lambda: content_hash([bt.Order(5, -1), bt.Order(5, 1)]),
    "order and exit": lambda: content_hash([bt.Order(5, "long")]),
    "exit only": lambda: content_hash([bt.Exit(5)]),
    "no orders": lambda: content_hash([]),
    "candles": lambda: content_hash(candles=bt.synthetic_candles(N, seed=4)),
    "one close": lambda: content_hash(candles=rebuilt(CANDLES, close=moved_close())),
    "volume": lambda: content_hash(candles=rebuilt(CANDLES, volume=np.zeros(N))),
    "time": lambda: content_hash(candles=rebuilt(CANDLES, timestamp=CANDLES.timestamp + 1)),
    "tick": lambda: content_hash(candles=rebuilt(CANDLES, tick=1e-6)),
    "quote": lambda: content_hash(candles=rebuilt(CANDLES, quote="mid")),
    "own spread": lambda: content_hash(candles=rebuilt(CANDLES, spread=1e-5)),
    "ask": lambda: content_hash(candles=rebuilt(CANDLES, ask=rebuilt(CANDLES, quote="ask"))),
    "lots": lambda: content_hash(
        candles=rebuilt(CANDLES, instrument=bt.Instrument(CANDLES.symbol, tick=1e-5, lot_step=0.5))
    ),
    "part of the candles": lambda: content_hash(candles=CANDLES[: N - 1]),
}


def test_a_change_of_any_input_changes_the_hash() -> None:
    hashes = {name: make() for name, make in CHANGES.items()} | {"unchanged": content_hash()}
    seen: dict[str, str] = {}
    for name, digest in hashes.items():
        assert digest not in seen, f"{name} has the hash of {seen.get(digest)}"
        seen[digest] = name


PROBE = """
import btcore as bt
candles = bt.synthetic_candles(300, seed=3)
up = bt.close > bt.open
made = bt.Strategy(up, stop=0.001, target=bt.percent(0.1), max_bars=5, size=bt.RiskPercent(1))
print(bt.simulate(made, candles, costs=bt.Costs(spread=[1e-5] * 300, commission=1)).content_hash)
"""


def test_hashes_are_the_same_in_other_processes() -> None:
    hashes = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROBE]
        hashes.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    made = strategy(size=bt.RiskPercent(1))
    assert hashes == {content_hash(made, costs=bt.Costs(spread=[1e-5] * N, commission=1))}
