"""Statistics: by hand, by the twin on random simulations, and by independent libraries where they mean the same."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable
from itertools import pairwise
from statistics import mean, stdev
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference.engine import simulate as twin
from reference.statistics import statistics

import btcore as bt
from btcore.metrics import FAMILIES, summary
from btcore.metrics.ratios import ratio
from btcore.metrics.returns import return_figures

HOUR = 3_600_000_000_000
DAY = 24 * HOUR
NAN = float("nan")
# Sums that both engines add up in the order of the trades or closes, so that they agree to the last bit.
EXACT = {
    "trades", "end_of_data", "net", "gross", "costs", "max_drawdown", "max_drawdown_percent", "final_equity",
    "longest_losing_streak", "win_rate", "average_bars", "exposure", "ambiguous_share", "exact_touch_share",
}  # fmt: skip


# --- by hand ----------------------------------------------------------------------------------------------------------


def worked() -> bt.Result:
    """Three trades of 10 units over four days of three candles, 1,000 in cash, 1 commission a fill.

    =====  ===  =====  ==========================================================  ===============================
    day    row  close  account                                                     equity at the close
    =====  ===  =====  ==========================================================  ===============================
    1      0    100    long decided                                                1000
    1      1    101    bought at the open, 100; fee 1                              999 + (101 - 100) * 10 = 1009
    1      2    104    exit decided                                                999 + 40 = 1039
    2      3    105    sold at the open, 104: 40 - 2 = +38                         1038
    2      4    105    long decided (stop 3)                                       1038
    2      5    103    bought at the open, 105; fee 1                              1037 - 20 = 1017
    3      6    101    low 100: stopped at 102: -30 - 2 = -32                      1006
    3      7    101    short decided                                               1006
    3      8    103    sold at the open, 101; fee 1                                1005 - 20 = 985
    4      9    104                                                                1005 - 30 = 975
    4      10   105                                                                1005 - 40 = 965
    4      11   106    end of the data: -50 - 2 = -52                              954
    =====  ===  =====  ==========================================================  ===============================
    """
    closes = [100, 101, 104, 105, 105, 103, 101, 101, 103, 104, 105, 106]
    opens = [100, 100, 101, 104, 105, 105, 103, 101, 101, 103, 104, 105]
    highs = [max(pair) for pair in zip(opens, closes, strict=True)]
    lows = [min(pair) for pair in zip(opens, closes, strict=True)]
    lows[6] = 100
    stamps = [day * DAY + hour * 8 * HOUR for day in range(4) for hour in range(3)]
    candles = bt.Candles(stamps, opens, highs, lows, closes, tick=1.0)
    orders = [bt.Order(0, "long"), bt.Exit(2), bt.Order(4, "long", stop=3), bt.Order(7, "short")]
    return bt.simulate(orders, candles, size=10, cash=1000.0, costs=bt.Costs(commission=1))


def test_equity_by_hand() -> None:
    assert worked().equity().tolist() == [1000, 1009, 1039, 1038, 1038, 1017, 1006, 1006, 985, 975, 965, 954]


def test_statistics_by_hand() -> None:
    # last equity of the days: 1039, 1017, 985, 954 after 1000 in cash
    returns = [39 / 1000, -22 / 1039, -32 / 1017, -31 / 985]
    mean = sum(returns) / 4
    deviation = math.sqrt(sum((r - mean) ** 2 for r in returns) / 3)
    downside = math.sqrt(sum(r * r for r in returns[1:]) / 4)
    expected = {
        "trades": 3,
        "end_of_data": 1,
        "net": 38 - 32 - 52,
        "gross": 40 - 30 - 50,
        "costs": 6,
        "win_rate": 1 / 3,
        "profit_factor": 38 / 84,
        "expectancy_r": -32 / 30,  # only the second trade has a stop: 3 * 10 at risk
        "average_bars": (3 + 2 + 4) / 3,
        "longest_losing_streak": 2,
        "final_equity": 954,
        "return_percent": -4.6,
        "max_drawdown": 1039 - 954,
        "max_drawdown_percent": 85 / 1039 * 100,
        # open at the closes 1, 2; 5; 8, 9, 10
        "exposure": 6 / 12,
        "sharpe": mean / deviation * math.sqrt(252),
        "sortino": mean / downside * math.sqrt(252),
        "ambiguous_share": 0.0,
        "exact_touch_share": NAN,
    }
    stats = worked().stats
    assert set(stats) == set(expected)
    assert dict(stats) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_no_trades() -> None:
    stats = bt.simulate([], bt.synthetic_candles(5000), cash=100.0).stats
    zeros = {
        "trades",
        "end_of_data",
        "net",
        "gross",
        "costs",
        "longest_losing_streak",
        "return_percent",
        "max_drawdown",
    }
    zeros |= {"max_drawdown_percent", "exposure"}
    assert {name for name, value in stats.items() if value == 0} == zeros
    assert stats["final_equity"] == 100.0
    assert all(math.isnan(stats[name]) for name in set(stats) - zeros - {"final_equity"})


def test_profit_factor_without_losses() -> None:
    candles = bt.Candles([0, HOUR, 2 * HOUR], [1, 1, 2], [1, 2, 3], [1, 1, 2], [1, 2, 3], tick=1.0)
    stats = bt.simulate([bt.Order(0, "long")], candles).stats
    assert stats["profit_factor"] == math.inf
    assert stats["win_rate"] == 1.0


def test_a_ruined_account_has_no_ratios() -> None:
    prices = [10.0, 10.0, 5.0, 4.0, 8.0, 9.0]
    candles = bt.Candles([day * DAY for day in range(6)], prices, prices, prices, prices, tick=1.0)
    stats = bt.simulate([bt.Order(0, "long")], candles, size=30, cash=100.0).stats
    assert stats["max_drawdown_percent"] == pytest.approx(180.0)
    assert math.isnan(stats["sharpe"])
    assert math.isnan(stats["sortino"])
    assert stats["final_equity"] == 70.0


def test_ratios_need_two_days_and_a_spread() -> None:
    candles = bt.synthetic_candles(600)
    assert math.isnan(bt.simulate([bt.Order(0, "long")], candles).stats["sharpe"])
    prices = np.array([1.0, 1.0, 2.0, 3.0])
    rising = bt.Candles(np.arange(4) * DAY, prices, prices, prices, prices, tick=1.0)
    stats = bt.simulate([bt.Order(0, "long")], rising).stats
    assert stats["sharpe"] > 0
    assert math.isnan(stats["sortino"])


def account_of(equity: list[float], cash: float) -> bt.Result:
    """A trade a day, of a size that makes the equity at the days' ends, but for rounding, what is asked for."""
    days = len(equity)
    opens, closes = np.full(days + 1, 100.0), np.full(days + 1, 101.0)
    times = np.concatenate([[0], DAY // 2 + DAY * np.arange(days)])
    candles = bt.Candles(times, opens, closes, opens, closes, tick=1.0)
    gains = np.diff([cash, *equity]).tolist()
    orders = [bt.Order(k, 1 if gain > 0 else -1, max_bars=1, size=abs(gain)) for k, gain in enumerate(gains)]
    return bt.simulate(orders, candles, cash=cash)


def exact_sharpe(result: bt.Result, cash: float) -> float:
    """From the returns' floats, without any rounding but the last."""
    values = [cash, *result.equity()[1:].tolist()]
    returns = [(after - before) / before for before, after in pairwise(values)]
    return mean(returns) / stdev(returns) * math.sqrt(252)


@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-9, 1e-11])
def test_sharpe_of_nearly_equal_days_keeps_its_digits(apart: float) -> None:
    returns = np.full(40, 0.01) + apart * np.random.default_rng(4).random(40)
    result = account_of((10_000 * np.cumprod(1 + returns)).tolist(), 10_000.0)
    assert result.stats["sharpe"] == pytest.approx(exact_sharpe(result, 10_000.0), rel=1e-13)


def test_days_equal_but_for_rounding_have_no_sharpe() -> None:
    result = account_of((10_000 * np.cumprod(np.full(40, 1 - 2.0**-10))).tolist(), 10_000.0)
    returns = np.diff([10_000.0, *result.equity()[1:]]) / [10_000.0, *result.equity()[1:-1]]
    assert 0 < np.ptp(returns) < 2.0**-40
    assert math.isnan(result.stats["sharpe"])
    assert result.stats["sortino"] == pytest.approx(-math.sqrt(252), rel=1e-9)


@pytest.mark.parametrize(("beyond", "given"), [(0.999, False), (1.001, True)])
def test_what_rounding_may_leave(beyond: float, given: bool) -> None:
    """T4: 2^-40 of 1 + the largest absolute return, here 1: a spread for Sharpe, a loss for Sortino."""
    bound = beyond * 2.0**-40 * (1 + 1)
    totals = {"ruined": 0, "day_count": 2, "day_first": 1.0, "day_excess": -bound / 2, "day_squares": bound**2 / 2}
    figures = return_figures(totals | {"day_low": 1.0 - bound, "day_high": 1.0, "day_downside": 0.0}, 2)
    assert math.isnan(figures["sharpe"]) != given
    assert math.isnan(figures["sortino"])
    figures = return_figures(totals | {"day_low": -bound, "day_high": 1.0, "day_downside": bound**2}, 2)
    assert math.isnan(figures["sortino"]) != given


def test_days_end_with_the_last_candle_of_the_window() -> None:
    result = worked()
    assert result.stats["sharpe"] == pytest.approx(figures_of(result, [2, 5, 8, 11], 1000.0)["sharpe"], rel=1e-12)


def figures_of(result: bt.Result, ends: list[int], cash: float) -> dict[str, float]:
    """Sharpe and Sortino from the equity, as NumPy has it."""
    values = np.array([cash, *result.equity()[ends]])
    returns = np.diff(values) / values[:-1]
    downside = np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2))
    scale = np.sqrt(252)
    return {
        "sharpe": returns.mean() / returns.std(ddof=1) * scale,
        "sortino": returns.mean() / downside * scale if downside > 0 else NAN,
    }


def test_ratio() -> None:
    assert ratio(1, 4) == 0.25
    assert math.isnan(ratio(1, 0))
    assert math.isnan(ratio(0, 0))


def test_families_do_not_share_names() -> None:
    totals = dict.fromkeys(worked_totals(), 1.0)
    names = [name for family in FAMILIES for name in family(totals, 5)]
    assert len(names) == len(set(names))
    assert list(summary(totals, 5)) == names
    assert set(names) == set(worked().stats)


def worked_totals() -> list[str]:
    """Names of the totals that the core gathers."""
    from btcore.plan import Conditions, Plan

    candles = bt.synthetic_candles(10)
    plan = Plan(candles)
    driver = plan.add([], Conditions(end=10))
    plan.run()
    return list(driver.totals())


# --- by the twin ------------------------------------------------------------------------------------------------------


def random_candles(seed: int, length: int, step: int) -> bt.Candles:
    """A coarse random walk with gaps in time; coarse, so that touches to the tick and ambiguous candles occur."""
    random = np.random.default_rng(seed)
    opens = 1000 + random.integers(-3, 4, size=length).cumsum()
    closes = opens + random.integers(-4, 5, size=length)
    highs = np.maximum(opens, closes) + random.integers(0, 4, size=length)
    lows = np.minimum(opens, closes) - random.integers(0, 4, size=length)
    stamps = (np.arange(length) + random.integers(0, 3, size=length).cumsum()) * step
    return bt.Candles(
        stamps, opens, highs, lows, closes, tick=1.0, quote=("bid", "ask", "mid")[seed % 3], spread=seed % 2
    )


def random_orders(seed: int, length: int) -> list[Any]:
    """Orders of every kind."""
    random = np.random.default_rng(seed)
    orders: list[Any] = [bt.Exit(int(at)) for at in random.integers(0, length, size=length // 30)]
    for at in random.choice(length, size=length // 4, replace=False):
        side, kind = random.choice([1, -1]), random.choice(["market", "stop", "limit"])
        levels: dict[str, Any] = {"stop": float(random.integers(2, 12)), "target": float(random.integers(2, 12))}
        levels |= {"max_bars": int(random.integers(1, 60))} if random.random() < 0.5 else {}
        levels |= {"trail": float(random.integers(3, 9))} if random.random() < 0.3 else {}
        price = None if kind == "market" else 1000.0 + float(random.integers(-12, 13))
        orders.append(bt.Order(int(at), int(side), str(kind), price, **levels))
    return orders


@pytest.mark.parametrize("step", [HOUR // 60, HOUR, 6 * HOUR])
@pytest.mark.parametrize("seed", range(12))
def test_twin_on_random_simulations(seed: int, step: int) -> None:
    length = 700
    candles, orders = random_candles(seed, length, step), random_orders(seed + 100, length)
    start, end = (0, length) if seed % 4 else (130, 610)
    commission = bt.Commission(per_trade=0.1, percent=0.01, minimum=0.2)
    options: dict[str, Any] = {
        "costs": bt.Costs(slippage=float(seed % 2), commission=commission if seed % 3 else None),
        "cash": 20_000.0,
        "size": 3.0 if seed % 2 else bt.PercentEquity(20),
        "start": start,
        "end": end,
    }
    stats = bt.simulate(orders, candles, **options).stats
    expected = statistics(twin(orders, candles, **options), candles, 20_000.0, start, end)
    assert set(stats) == set(expected)
    assert stats["trades"] > 20
    for name, value in expected.items():
        tolerance = 0.0 if name in EXACT else 1e-12
        assert stats[name] == pytest.approx(value, rel=tolerance, abs=0.0, nan_ok=True), name


def test_zones_passed_over_change_no_drawdown() -> None:
    """Long trades: most closes are judged by their zone, the largest fall must be found all the same."""
    for seed in range(20):
        candles = random_candles(seed, 3000, HOUR // 60)
        orders = [
            bt.Order(0, 1 if seed % 2 else -1, size=5),
            bt.Exit(2000),
            bt.Order(2100, 1 if seed % 3 else -1, size=2),
        ]
        result = bt.simulate(orders, candles, cash=20_000.0)
        equity = np.concatenate([[20_000.0], result.equity()])
        peaks = np.maximum.accumulate(equity)
        assert result.stats["max_drawdown"] == np.max(peaks - equity)
        assert result.stats["max_drawdown_percent"] == pytest.approx(np.max((peaks - equity) / peaks) * 100, rel=1e-15)
        assert result.stats["final_equity"] == equity[-1]


# --- by independent libraries -----------------------------------------------------------------------------------------


def quantstats() -> dict[str, Callable[[pd.Series], float]]:
    """Figures of quantstats."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("quantstats")
        stats = importlib.import_module("quantstats.stats")
    return {
        "sharpe": lambda returns: stats.sharpe(returns, periods=252),
        "sortino": lambda returns: stats.sortino(returns, periods=252),
        "drawdown": lambda returns: -100 * stats.max_drawdown(returns),
    }


def empyrical() -> dict[str, Callable[[pd.Series], float]]:
    """Figures of empyrical."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stats = pytest.importorskip("empyrical")
    return {
        "sharpe": stats.sharpe_ratio,
        "sortino": stats.sortino_ratio,
        "drawdown": lambda returns: -100 * stats.max_drawdown(returns),
    }


@pytest.mark.parametrize("library", [quantstats, empyrical])
@pytest.mark.parametrize("seed", range(4))
def test_independent_libraries(seed: int, library: Callable[[], dict[str, Callable[[pd.Series], float]]]) -> None:
    """One candle a day, so that the drawdown on closes is the drawdown on days."""
    figures = library()
    candles = random_candles(seed, 400, DAY)
    result = bt.simulate(random_orders(seed, 400), candles, size=4, cash=10_000.0)
    equity = pd.Series([10_000.0, *result.equity()], index=pd.date_range("2020-01-01", periods=401))
    returns = equity.pct_change().iloc[1:]
    assert result.stats["sharpe"] == pytest.approx(figures["sharpe"](returns), rel=1e-9)
    assert result.stats["sortino"] == pytest.approx(figures["sortino"](returns), rel=1e-9)
    assert result.stats["max_drawdown_percent"] == pytest.approx(figures["drawdown"](returns), rel=1e-9)
