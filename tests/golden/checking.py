"""Runs a case of the golden format on either engine and compares what comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from golden.loader import build
from reference.engine import simulate as twin

import btcore as bt

ENGINES = {"compiled": bt.simulate, "twin": twin}
MONEY = {"gross", "spread_cost", "slippage_cost", "commission", "financing", "net", "r_multiple", "size"}


def by_id(cases):
    return [pytest.param(case, id=case["id"]) for case in cases]


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
