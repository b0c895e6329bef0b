"""Money, sizes, excursions, equity and statistics of the twin, worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reference.codes import ExitReason
from reference.engine import ReferenceResult, simulate
from reference.money import commission, tradable_size
from reference.statistics import sharpe, sortino, statistics
from reference.ticks import Grid, ceil_tolerant, nearest

from btcore.candles import Candles, Instrument
from btcore.costs import Commission, Costs
from btcore.errors import StrategyError
from btcore.expr import percent
from btcore.orders import Exit, Order
from btcore.rules import Rules
from btcore.sizes import FixedCash, PercentEquity, RiskPercent
from reference_checks.worked import MINUTE, SIGNAL, candles, order, run

SIDES = pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
UP = (101, 103, 100, 102)
LOSS = [SIGNAL, UP, (102, 102, 98, 99)]
DAY = 1440 * MINUTE


@SIDES
def test_where_the_money_goes(side: int) -> None:
    """T1: 2 units at ask 103 slipped to 104, out at bid 99 slipped to 98: mids 102, 100; a fill costs 1 + 0.5 * 2."""
    costs = Costs(slippage=1, commission=Commission(per_trade=1, per_unit=0.5))
    result = run(LOSS, side, order(side, 0, stop=5, size=2), spread=2, costs=costs)
    trade = result.trades[0]
    assert (trade["gross"], trade["spread_cost"], trade["slippage_cost"], trade["commission"]) == (-4, 4, 4, 4)
    assert (trade["net"], trade["financing"], trade["bars"]) == (-16, 0, 2)
    assert trade["gross"] - trade["net"] == trade["spread_cost"] + trade["slippage_cost"] + trade["commission"]
    assert trade["r_multiple"] == -1.6
    assert (trade["mae"], trade["mfe"]) == (6, 0)
    assert result.equity == [10_000, 9_994, 9_984]


def test_record() -> None:
    """The fields of a trade, times and levels included."""
    trade = run(LOSS, 1, order(1, 0, stop=2, target_price=150)).trades[0]
    assert (trade["signal_index"], trade["entry_time"], trade["exit_time"]) == (0, MINUTE, 2 * MINUTE)
    assert (trade["stop_price"], trade["target_price"], trade["exit_stop_price"]) == (99, 150, 99)
    assert (trade["side"], trade["entry_kind"], trade["parent"], trade["size"]) == (1, 0, 0, 1)


@SIDES
def test_excursions(side: int) -> None:
    """T3: entered inside only the close counts, then both extremes, of the last candle only the exit."""
    rows = [SIGNAL, (101, 110, 97, 99), (99, 104, 96, 103), (103, 120, 80, 100)]
    trade = run(rows, side, order(side, 0, "limit", 98)).trades[0]
    assert (trade["mae"], trade["mfe"]) == (2, 6)


@SIDES
def test_trail_only_risk(side: int) -> None:
    """T2: with a trail alone its starting distance is the risk; there is no fixed stop to report."""
    rows = [SIGNAL, (101, 106, 100, 105), (105, 105, 102, 104)]
    trade = run(rows, side, order(side, 0, trail=4)).trades[0]
    assert (trade["r_multiple"], trade["exit_stop_price"], trade["exit_price"]) == (
        0.25, 100 + 2 * side, 100 + 2 * side,
    )  # fmt: skip
    assert math.isnan(trade["stop_price"])


def test_no_risk_no_multiple() -> None:
    """T2: NaN without a stop and with one that was not on the losing side."""
    for levels in ({}, {"stop_price": 101}):
        assert math.isnan(run([SIGNAL, UP], 1, order(1, 0, **levels)).trades[0]["r_multiple"])


def test_commission() -> None:
    """S2: 1 + 0.5 * 20 + 3 * 20/10 + 2 % of 50 * 20 = 37, or the minimum."""
    rates = Commission(per_trade=1, per_unit=0.5, per_lot=3, percent=2, minimum=36)
    assert commission(rates, 50.0, 20.0, 10.0) == 37
    assert commission(rates, 1.0, 1.0, 10.0) == 36


def with_lots(step: float, least: float) -> Candles:
    """Candles of an instrument with lots."""
    columns = np.array([SIGNAL, UP, UP], dtype=np.float64).T
    return Candles(np.arange(3) * MINUTE, *columns, tick=1.0, instrument=Instrument(lot_step=step, lot_min=least))


@pytest.mark.parametrize(
    ("size", "levels", "expected"),
    [
        (3, {}, 3),
        (FixedCash(1010), {}, 10),
        (PercentEquity(10.1), {}, 10),
        (RiskPercent(1), {"stop": 5}, 20),
        (RiskPercent(1), {"stop_price": 99}, 50),
        (RiskPercent(1), {"trail": 4}, 25),
        (RiskPercent(1), {"stop": 5, "trail": 4}, 20),
        (RiskPercent(1), {"stop": percent(10)}, 10),
        (RiskPercent(1), {"kind": "limit", "price": 102, "stop": 5}, 20),
        (RiskPercent(1), {"kind": "limit", "price": 102, "stop_price": 98}, 25),
        (np.array([7.0, 8.0, 9.0]), {}, 7),
    ],
)
def test_sizes(size: Any, levels: dict[str, Any], expected: float) -> None:
    """S4 at 101 with 10,000: a resting order's size counts from its price of 102, though it fills at 101."""
    plan = [Order(0, 1, **levels)]
    assert simulate(plan, candles([SIGNAL, UP]), size=size).trades[0]["size"] == pytest.approx(expected, rel=1e-15)


def test_lots() -> None:
    """S4: floored to the lot step, refused below the smallest lot."""
    assert simulate([Order(0, 1)], with_lots(10, 20), size=29).trades[0]["size"] == 20
    for plan in (Order(0, 1), Order(0, 1, "limit", 150)):
        assert simulate([plan], with_lots(10, 20), size=19).rejected == {"SIZE_BELOW_MIN": 1}
    assert tradable_size(0.3, Instrument(lot_step=0.1)) == 3 * 0.1
    assert tradable_size(0.3, Instrument()) == 0.3


def test_own_size_wins() -> None:
    """An order's size is used before the simulation's."""
    plan = [Order(0, 1, size=5), Exit(0), Order(0, -1), Order(0, 1, size=4)]
    assert simulate(plan, candles([SIGNAL, UP]), size=2).trades[0]["size"] == 4


def test_equity_sizes_compound() -> None:
    """S4: the second market order sees the net of the first; a resting one the equity at its decision."""
    rows = [(100, 100, 100, 100), (100, 110, 100, 110), (110, 110, 110, 110), (110, 110, 110, 110)]
    market = simulate([Order(0, 1), Exit(1), Order(1, 1)], candles(rows), size=PercentEquity(50))
    assert [trade["size"] for trade in market.trades] == [50, 5_250 / 110]
    resting = simulate([Order(0, 1), Exit(1), Order(1, 1, "limit", 125)], candles(rows), size=PercentEquity(50))
    assert [trade["size"] for trade in resting.trades] == [50, 42]


def test_exact_touches() -> None:
    """E2: the entry's low of 98 is exact, the target's high of 101 is not; a fill at an open is no touch."""
    rows = [SIGNAL, (99, 99, 98, 98), (98, 101, 98, 99)]
    result = run(rows, 1, order(1, 0, "limit", 98, target=2))
    assert (result.limit_fills, result.exact_touches) == (2, 1)
    result = run([SIGNAL, (97, 98, 96, 97), (105, 105, 104, 104)], 1, order(1, 0, "limit", 98, target=2))
    assert (result.limit_fills, result.exact_touches) == (0, 0)
    through = run([SIGNAL, (99, 99, 97, 98)], 1, order(1, 0, "limit", 98), rules=Rules(limit_through_ticks=1))
    assert (through.limit_fills, through.exact_touches) == (1, 0)


def test_rounding() -> None:
    """C5: ties by direction, tolerant ceiling, far levels clamped, 5-digit prices hit exactly."""
    assert (nearest(2.5, 1), nearest(2.5, -1), nearest(2.4, 1), nearest(2.6, -1)) == (3, 2, 2, 3)
    assert (nearest(math.inf, 1), nearest(-1e300, 1)) == (2**60, -(2**60))
    assert (ceil_tolerant(2.0009), ceil_tolerant(2.002), ceil_tolerant(1.9995)) == (2, 3, 2)
    grid = Grid(True, 1e5, 1)
    assert grid.candle_price(1.10457) == nearest(grid.units(1.10557 - 0.0010), 1) == 110457
    uneven = Grid(False, 0.3, 2)
    assert (uneven.candle_price(1.2), uneven.price(8), uneven.half(16), uneven.spread(0.31)) == (8, 1.2, 1.2, 4)


def test_spread_of_costs() -> None:
    """C4: costs replace the candles' spread; with real ask candles they contradict them."""
    quoted = candles([SIGNAL, UP], spread=5)
    per_candle = Costs(spread=np.array([9.0, 1.0]))
    assert simulate([Order(0, 1)], quoted, costs=per_candle).trades[0]["entry_price"] == 102
    with pytest.raises(StrategyError, match="real ask"):
        simulate([Order(0, 1)], candles([SIGNAL], ask=candles([SIGNAL])), costs=Costs(spread=0.0))


def trade(net: float, **fields: Any) -> dict[str, Any]:
    """What the statistics read of a trade."""
    plain = {
        "net": net, "gross": net + 1, "r_multiple": net / 10, "bars": 2, "entry_index": 1, "exit_index": 2,
        "ambiguous": False, "exit_reason": ExitReason.SL,
    }  # fmt: skip
    return plain | fields


def test_statistics_by_hand() -> None:
    """Cash 100, equity 110 and 88 on the first day, 132 and 66 on the next two."""
    trades = [
        trade(10.0), trade(-22.0, ambiguous=True), trade(-0.5, r_multiple=math.nan),
        trade(44.5, bars=4, entry_index=2, exit_index=4),
        trade(-66.0, exit_reason=ExitReason.END_OF_DATA, exit_index=1),
    ]  # fmt: skip
    result = ReferenceResult(trades, {}, [110.0, 88.0, 132.0, 66.0], limit_fills=4, exact_touches=1)
    rows = [SIGNAL] * 5
    quoted = Candles(np.array([0, 1, 2, 1440, 2880]) * MINUTE, *np.array(rows, dtype=np.float64).T, tick=1.0)
    found = statistics(result, quoted, 100.0, 1, 5)
    assert found["trades"] == 5
    assert found["win_rate"] == 0.4
    assert (found["net"], found["gross"], found["costs"]) == (-34, -29, 5)
    assert found["profit_factor"] == 54.5 / 88.5
    assert found["expectancy_r"] == pytest.approx((1 - 2.2 + 4.45 - 6.6) / 4, rel=1e-15)
    assert (found["average_bars"], found["exposure"]) == (2.4, 0.75)
    assert (found["max_drawdown"], found["max_drawdown_percent"]) == (66, 50)
    assert (found["final_equity"], found["return_percent"]) == (66, -34)
    returns = [-0.12, 0.5, -0.5]
    assert found["sharpe"] == pytest.approx(np.mean(returns) / np.std(returns, ddof=1) * 252**0.5, rel=1e-12)
    assert found["sortino"] == pytest.approx(-0.04 / math.sqrt((0.0144 + 0.25) / 3) * 252**0.5, rel=1e-12)
    assert (found["longest_losing_streak"], found["end_of_data"]) == (2, 1)
    assert (found["ambiguous_share"], found["exact_touch_share"]) == (0.2, 0.25)


def test_statistics_of_nothing() -> None:
    """Shares of nothing are NaN, sums and streaks are 0."""
    quoted = candles([SIGNAL] * 3)
    found = statistics(simulate([], quoted), quoted, 10_000.0, 0, 3)
    for name in ("win_rate", "profit_factor", "expectancy_r", "average_bars", "sharpe", "sortino", "exact_touch_share"):
        assert math.isnan(found[name]), name
    for name in ("trades", "net", "max_drawdown", "max_drawdown_percent", "return_percent", "exposure"):
        assert found[name] == 0, name
    assert found["final_equity"] == 10_000


def test_ratios_of_returns_that_rounding_alone_moves() -> None:
    """T4: equal within 2^-40 of 1 + the largest absolute return is equal, below 0 by no more than that is no loss."""
    tenth, bound = 0.1, 1.1 * 2.0**-40
    assert math.isnan(sharpe([tenth, tenth - bound * 0.99]))
    assert sharpe([tenth, tenth - bound * 1.01]) > 1e10
    assert math.isnan(sortino([tenth, -bound * 0.99]))
    assert sortino([tenth, -bound * 1.01]) > 1e10
    assert sortino([-tenth, -tenth]) == pytest.approx(-math.sqrt(252), rel=1e-15)


def test_ruined_account_has_no_sharpe() -> None:
    """T4: a day that starts from nothing has no return."""
    quoted = Candles(np.arange(3) * DAY, *np.array([SIGNAL] * 3, dtype=np.float64).T, tick=1.0)
    found = statistics(ReferenceResult(equity=[50.0, -10.0, 20.0]), quoted, 100.0, 0, 3)
    assert math.isnan(found["sharpe"]) and math.isnan(found["sortino"])
    assert found["max_drawdown"] == 110
    assert found["max_drawdown_percent"] == pytest.approx(110, rel=1e-15)
