"""The golden cases on the compiled engine and on the plain twin, as written, upside down and cut short."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from golden.loader import build, is_mirrorable, load_cases, mirrored, prefix
from reference.engine import simulate as twin

import btcore as bt

pytestmark = pytest.mark.smoke  # on every Python that CI tries: real simulations, not the import alone

CASES = load_cases()
RUNNABLE = [case for case in CASES if "error" not in case]
ENGINES = {"compiled": bt.simulate, "twin": twin}
MONEY = {"gross", "spread_cost", "slippage_cost", "commission", "net", "r_multiple", "size"}


def by_id(cases):
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def run(engine, case):
    trader, candles, arguments = build(case)
    return engine(trader, candles, **arguments)


def rows(trades: Any) -> list[Mapping[str, Any]]:
    """Trades of either engine as mappings."""
    if isinstance(trades, list):
        return trades
    table = trades.to_numpy()
    return [{name: record[name] for name in table.dtype.names} for record in table]


def matches(name: str, expected: Any, actual: Any) -> bool:
    """Prices, indices and names exactly, money to 1e-9; NaN equals NaN."""
    if isinstance(expected, float) and math.isnan(expected):
        return bool(np.isnan(actual))
    if name in ("entry_time", "exit_time"):
        return int(np.int64(actual)) == expected
    if name in MONEY:
        return float(actual) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    return bool(actual == expected)


def check_trades(expected: list[dict[str, Any]], actual: list[Mapping[str, Any]]) -> None:
    brief = [{n: a[n] for n in ("side", "entry_index", "entry_price", "exit_index", "exit_price")} for a in actual]
    assert len(actual) == len(expected), brief
    for number, (wanted, trade) in enumerate(zip(expected, actual, strict=True)):
        wrong = {name: (value, trade[name]) for name, value in wanted.items() if not matches(name, value, trade[name])}
        assert not wrong, f"trade {number}: (expected, got) {wrong}"


def check(case, result) -> None:
    check_trades(case["trades"], rows(result.trades))
    assert {getattr(k, "name", k): int(v) for k, v in result.rejected.items() if v} == case["rejected"]


@pytest.mark.parametrize("case", by_id(RUNNABLE))
def test_case(case, engine):
    check(case, run(engine, case))


@pytest.mark.parametrize("case", by_id(case for case in CASES if "error" in case))
def test_error(case):
    with pytest.raises(getattr(bt, case["error"])):
        run(bt.simulate, case)


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if is_mirrorable(case)))
def test_mirrored_case(case, engine):
    check(mirrored(case), run(engine, mirrored(case)))


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if case.get("tick") != "infer"))
def test_trades_of_every_prefix(case, engine):
    size = len(case["candles"])
    first = case.get("start", 0) + 1
    for length in range(max(first, size - 12), size):
        early = prefix(case, length)
        closed = [t for t in rows(run(engine, early).trades) if t["exit_reason"] != bt.ExitReason.END_OF_DATA]
        check_trades(early["trades"], closed)


def test_same_bytes_in_any_order():
    forward = [run(bt.simulate, case).trades.to_numpy().tobytes() for case in RUNNABLE]
    backward = [run(bt.simulate, case).trades.to_numpy().tobytes() for case in reversed(RUNNABLE)]
    assert forward == backward[::-1]


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if "equity" in case))
def test_equity(case, engine):
    equity = run(engine, case).equity
    assert list(equity() if callable(equity) else equity) == pytest.approx(case["equity"], rel=1e-12)


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if "stats" in case))
def test_stats(case):
    stats = run(bt.simulate, case).stats
    assert {name: stats[name] for name in case["stats"]} == pytest.approx(case["stats"], rel=1e-9, nan_ok=True)


def quotes_every_fill(case) -> bool:
    return not case.keys() & {"spread", "ask", "slice"} and not {"spread", "slippage"} & case.get("costs", {}).keys()


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if quotes_every_fill(case)))
def test_expected_fills_lie_inside_their_candles(case):
    for trade in case["trades"]:
        for fill in ("entry", "exit"):
            _, high, low, _ = case["candles"][trade[f"{fill}_index"]]
            assert low <= trade[f"{fill}_price"] <= high or "limit_gap" in case.get("rules_options", {})


@pytest.mark.parametrize("case", by_id(RUNNABLE))
def test_expected_money_adds_up(case):
    costs = ("spread_cost", "slippage_cost", "commission")
    for trade in case["trades"]:
        if {"gross", "net", *costs} <= trade.keys():
            assert trade["net"] == pytest.approx(trade["gross"] - sum(trade[name] for name in costs), abs=1e-9)
        if "net" in trade and "costs" not in case:
            points = trade["side"] * (trade["exit_price"] - trade["entry_price"])
            assert trade["net"] == pytest.approx(points * trade.get("size", case.get("size", 1)), abs=1e-9)


def test_ids_are_unique_and_start_with_a_rule():
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids))
    assert all(case["id"].split("-")[0] in case["rules"] for case in CASES)
