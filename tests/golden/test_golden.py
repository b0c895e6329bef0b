"""The golden cases on the compiled engine and on the plain twin, as written, upside down and cut short."""

from __future__ import annotations

import pytest
from golden.checking import ENGINES, by_id, check, check_trades, rows, run
from golden.loader import is_mirrorable, load_cases, mirrored, prefix

import btcore as bt

pytestmark = pytest.mark.smoke  # on every Python that CI tries: real simulations, not the import alone

CASES = load_cases()
RUNNABLE = [case for case in CASES if "error" not in case]


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


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
    nothing = {"financing": 0}
    for trade in case["trades"]:
        if {"gross", "net", *costs} <= trade.keys():
            assert trade["net"] == pytest.approx(
                trade["gross"] - sum((nothing | trade)[name] for name in (*costs, "financing")), abs=1e-9
            )
        if "net" in trade and "costs" not in case:
            points = trade["side"] * (trade["exit_price"] - trade["entry_price"])
            assert trade["net"] == pytest.approx(points * trade.get("size", case.get("size", 1)), abs=1e-9)


def test_ids_are_unique_and_start_with_a_rule():
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids))
    assert all(case["id"].split("-")[0] in case["rules"] for case in CASES)
