"""One simulation under every mode of ambiguity, side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore.ambiguity import Ambiguity
from btcore.rules import AMBIGUITY_MODES

MINUTE = 60_000_000_000


def make(rows: Any, **settings: Any) -> bt.Candles:
    times = np.arange(len(rows), dtype=np.int64) * 3 * MINUTE
    return bt.Candles(times, *np.array(rows, dtype=np.float64).T, tick=1.0, **settings)


def ambiguity(nets: tuple[float, ...], mode: str = "worst") -> Ambiguity:
    """One with these nets, mode by mode."""
    rest = {"trades": 4.0, "win_rate": 0.5, "ambiguous_share": 0.25}
    return Ambiguity(mode, {name: {"net": net, **rest} for name, net in zip(AMBIGUITY_MODES, nets, strict=True)})


# Stop 97 and target 105 on candle 1, with low and high 3 and 5 from the open; candle 2 takes the target 102 of a second
# long from 98, whose stop is 95, in every mode.
ROWS = [(100, 100, 100, 100), (100, 105, 97, 98), (98, 102, 97, 102), (102, 102, 102, 102)]
ORDERS = [bt.Order(0, "long", stop=3.0, target=5.0), bt.Order(1, "long", stop=3.0, target=4.0)]


def test_the_modes_side_by_side() -> None:
    found = bt.simulate(ORDERS, make(ROWS)).ambiguity()
    assert found.nets == {"worst": 1.0, "best": 9.0, "open_nearest": 1.0, "ohlc": 9.0, "olhc": 1.0}
    assert [figures["win_rate"] for figures in found.figures.values()] == [0.5, 1.0, 0.5, 1.0, 0.5]
    assert {figures["trades"] for figures in found.figures.values()} == {2.0}
    assert {figures["ambiguous_share"] for figures in found.figures.values()} == {0.5}
    assert (found.mode, found.share, found.difference) == ("worst", 0.5, 8.0)
    assert (found.lowest, found.highest) == (("worst", 1.0), ("best", 9.0))
    assert (found.matters, found.turns_profit_into_loss) == (True, False)


def test_each_mode_is_the_simulation_under_that_mode() -> None:
    candles = bt.synthetic_candles(20_000, seed=2).resample("1h")
    steps = bt.Strategy(bt.close > bt.open, stop=0.0002, target=0.0002, size=bt.PercentEquity(10))
    options: dict[str, Any] = {"costs": bt.Costs(slippage=1e-5), "cash": 5_000.0, "start": 10, "end": len(candles) - 3}
    found = bt.simulate(steps, candles, rules=bt.Rules("ohlc", limit_through_ticks=1), **options).ambiguity()
    assert found.mode == "ohlc"
    for mode in AMBIGUITY_MODES:
        stats = bt.simulate(steps, candles, rules=bt.Rules(mode, limit_through_ticks=1), **options).stats
        assert found.figures[mode] == {name: stats[name] for name in found.figures[mode]}
    assert len(set(found.nets.values())) > 2


def test_finer_candles_stay() -> None:
    minutes = [(100, 105, 100, 104), (104, 104, 97, 98), (98, 102, 97, 102), (102, 102, 102, 102)]
    times = np.array([3, 4, 6, 9], dtype=np.int64) * MINUTE
    finer = bt.Candles(times, *np.array(minutes, dtype=np.float64).T, tick=1.0, period=MINUTE)
    found = bt.simulate(ORDERS, make(ROWS), rules=bt.Rules(magnify=finer)).ambiguity()
    assert set(found.nets.values()) == {9.0}
    assert found.share == 0.0
    assert not found.matters


def test_no_trades() -> None:
    found = bt.simulate([], make(ROWS)).ambiguity()
    assert set(found.nets.values()) == {0.0}
    assert math.isnan(found.share)
    assert not found.matters


VERDICTS: list[tuple[tuple[float, ...], bool, str, str]] = [
    ((-3, 5, -3, 5, -3), True, "Profit or loss depends", 'is -3.00 under "worst" and 5.00 under "best".'),
    ((0, 5, 0, 5, 0), True, "Profit or loss depends", 'is 0.00 under "worst" and 5.00 under "best".'),
    ((100, 111, 100, 90, 100), True, "The net profit depends", 'is 90.00 under "ohlc" and 111.00 under "best".'),
    ((100, 110, 100, 105, 100), False, "Little depends", 'is 100.00 under "worst" and 110.00 under "best".'),
    ((-100, -89, -100, -90, -95), True, "The net profit depends", 'is -100.00 under "worst" and -89.00 under "best".'),
    ((-5, 0, -5, -5, -5), True, "The net profit depends", 'is -5.00 under "worst" and 0.00 under "best".'),
]


@pytest.mark.parametrize(("nets", "matters", "opening", "rest"), VERDICTS)
def test_verdicts(nets: tuple[float, ...], matters: bool, opening: str, rest: str) -> None:
    found = ambiguity(nets)
    assert (found.matters, found.verdict) == (matters, f"{opening} on what candles do not tell: the net {rest}")


def test_the_verdict_where_all_modes_agree() -> None:
    found = ambiguity((7, 7, 7, 7, 7))
    assert not found.matters
    assert found.verdict == "Nothing depends on what candles do not tell: the net is the same in every mode."


def test_what_is_shown() -> None:
    assert repr(ambiguity((-3, 5, -3, 5, -3.125), "ohlc")).splitlines() == [
        "mode                     net   trades  win rate  ambiguous",
        "worst                  -3.00        4     0.500      0.250",
        "best                    5.00        4     0.500      0.250",
        "open_nearest           -3.00        4     0.500      0.250",
        "ohlc *                  5.00        4     0.500      0.250",
        "olhc                   -3.12        4     0.500      0.250",
        'Profit or loss depends on what candles do not tell: the net is -3.12 under "olhc" and 5.00 under "best".',
    ]


def test_a_frame() -> None:
    frame = ambiguity((-3, 5, -3, 5, -3)).to_polars()
    assert frame.columns == ["mode", "net", "trades", "win_rate", "ambiguous_share"]
    assert frame["mode"].to_list() == list(AMBIGUITY_MODES)
    assert frame["net"].to_list() == [-3, 5, -3, 5, -3]


class Once(bt.WindowStrategy):
    """Buys on its first candle."""

    window = 1

    def on_candle(self, window: Any) -> Any:
        return bt.Order(window.index, "long", stop=3.0, target=5.0) if window.index == 0 else None


def test_a_function_has_to_be_simulated_again() -> None:
    result = bt.simulate(Once(), make(ROWS))
    with pytest.raises(errors.ParameterError, match=r"a function decided, .* simulate it once with each"):
        result.ambiguity()
