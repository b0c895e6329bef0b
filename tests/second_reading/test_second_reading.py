"""The cases of the second reading on the compiled engine and on the twin: as written, upside down and cut short."""

from __future__ import annotations

import pytest
from golden.checking import ENGINES, by_id, check, check_trades, rows, run
from golden.loader import build, is_mirrorable, mirrored, prefix
from reference.statistics import statistics

import btcore as bt
from second_reading import (
    charges,
    closes,
    corners,
    decisions,
    entries,
    finer,
    margins,
    modes,
    money,
    nights,
    pairs,
    partials,
    prices,
    sessions,
    several,
    sizing,
    stop_limits,
    stops,
    trail_prices,
)

PARTS = (
    entries,
    prices,
    decisions,
    stops,
    money,
    several,
    sizing,
    modes,
    stop_limits,
    closes,
    sessions,
    trail_prices,
    charges,
    nights,
    partials,
    pairs,
    corners,
    finer,
    margins,
)
CASES = [case for part in PARTS for case in part.CASES]
RUNNABLE = [case for case in CASES if "error" not in case]
COSTS = ("spread_cost", "slippage_cost", "commission", "financing")


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


@pytest.mark.parametrize("case", by_id(RUNNABLE))
def test_case(case, engine):
    result = run(engine, case)
    check(case, result)
    for trade in rows(result.trades):
        assert trade["gross"] - trade["net"] == pytest.approx(sum(trade[name] for name in COSTS), abs=1e-9)


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if is_mirrorable(case)))
def test_mirrored_case(case, engine):
    check(mirrored(case), run(engine, mirrored(case)))


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if case.get("tick") != "infer"))
def test_trades_of_every_prefix(case, engine):
    for length in range(case.get("start", 0) + 1, len(case["candles"])):
        early = prefix(case, length)
        closed = [t for t in rows(run(engine, early).trades) if t["exit_reason"] != bt.ExitReason.END_OF_DATA]
        check_trades(early["trades"], closed)


@pytest.mark.parametrize("case", by_id(case for case in CASES if "error" in case))
def test_error(case):
    with pytest.raises(getattr(bt, case["error"])):
        run(bt.simulate, case)


@pytest.mark.parametrize("case", by_id(case for case in CASES if "inferred" in case))
def test_inferred_tick(case):
    _, candles, _ = build(case)
    assert (candles.tick, candles.tick_inferred) == (case["inferred"], True)


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if "equity" in case))
def test_equity(case, engine):
    equity = run(engine, case).equity
    assert list(equity() if callable(equity) else equity) == pytest.approx(case["equity"], rel=1e-12)


@pytest.mark.parametrize("case", by_id(case for case in RUNNABLE if "stats" in case))
def test_stats(case):
    result = run(bt.simulate, case)
    _, candles, arguments = build(case)
    slow = statistics(run(ENGINES["twin"], case), candles, arguments.get("cash", 10_000.0), 0, len(candles))
    for stats in (result.stats, slow):
        found = {name: stats[name] for name in case["stats"]}
        assert found == pytest.approx(case["stats"], rel=1e-12, abs=1e-12, nan_ok=True)


def test_every_case_is_told_apart_and_says_why():
    assert len({case["id"] for case in CASES}) == len(CASES) == 919
    assert all(case["why"] for case in CASES)
