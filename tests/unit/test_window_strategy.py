"""Strategies as Python functions: what they see, when they are called, what they may answer, what goes wrong."""

from __future__ import annotations

import gc
import pickle
import signal
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore._core.types import BLOCK
from btcore.plan import Conditions, Plan

CANDLES = bt.synthetic_candles(2 * BLOCK + 300, seed=11)
COLUMNS = ("open", "high", "low", "close", "volume")


class Called(bt.WindowStrategy):
    """Calls a function of the test."""

    def __init__(self, function: Any, window: int = 4, **settings: Any) -> None:
        self.function, self.window, self.calls = function, window, []
        for name, value in settings.items():
            setattr(self, name, value)

    def on_candle(self, window: Any) -> Any:
        self.calls.append(window.index)
        return self.function(window)


def run(function: Any, candles: bt.Candles = CANDLES, window: int = 4, **settings: Any) -> tuple[Called, bt.Result]:
    options = {name: settings.pop(name) for name in ("start", "end", "costs", "cash", "rules") if name in settings}
    strategy = Called(function, window, **settings)
    return strategy, bt.simulate(strategy, candles, **options)


def make(rows: list[tuple[float, float, float, float]]) -> bt.Candles:
    prices = np.array(rows, dtype=np.float64).T
    return bt.Candles(np.arange(len(rows), dtype=np.int64) * 60_000_000_000, *prices, tick=1.0)


# --- when it is called ------------------------------------------------------------------------------------------------


def test_called_at_every_close_with_a_full_window() -> None:
    assert run(lambda w: None, window=7)[0].calls == list(range(6, len(CANDLES)))
    assert run(lambda w: None, window=7, start=100, end=120)[0].calls == list(range(100, 120))
    assert run(lambda w: None, window=7, start=3, end=10)[0].calls == [6, 7, 8, 9]
    assert run(lambda w: None, CANDLES[:6], window=7)[0].calls == []


@pytest.mark.parametrize("when", [bt.close > bt.rolling_mean(bt.close, 50), CANDLES.close > CANDLES.open])
def test_called_where_its_condition_is_true(when: Any) -> None:
    true = when if isinstance(when, np.ndarray) else CANDLES.close > bt.rolling_mean(CANDLES.close, 50)
    expected = [t for t in np.flatnonzero(true).tolist() if t >= 3]
    assert run(lambda w: None, when=when)[0].calls == expected
    buying = run(lambda w: w.buy(max_bars=5), when=when, max_positions=2)[0]
    assert buying.calls == expected


def test_the_same_trades_whether_candles_are_skipped_or_not() -> None:
    """A condition that is always true makes the engine search for the next candle; without one it takes each."""

    def decide(w: Any) -> Any:
        return w.buy(stop=0.0008, target=0.0011, trail=0.0009) if w.index % 37 == 0 else None

    skipping, stepping = (run(decide, when=when)[1] for when in (bt.close > 0, None))
    assert len(skipping.trades) > 50
    assert skipping.trades.to_numpy().tobytes() == stepping.trades.to_numpy().tobytes()
    assert skipping.stats == stepping.stats


# --- what it sees -----------------------------------------------------------------------------------------------------


def test_views_of_the_last_candles() -> None:
    kept: dict[int, Any] = {}

    def look(w: Any) -> None:
        if w.index in (5, BLOCK, BLOCK + 1, len(CANDLES) - 1):
            kept[w.index] = {name: getattr(w, name) for name in (*COLUMNS, "timestamp")}

    run(look, window=6)
    gc.collect()
    assert len(kept) == 4
    for t, views in kept.items():
        for name, view in views.items():
            assert view.tolist() == getattr(CANDLES, name)[t - 5 : t + 1].tolist()
            assert view.dtype == getattr(CANDLES, name).dtype
            assert view.flags.c_contiguous
            with pytest.raises(ValueError, match="read-only"):
                view[0] = 0
            with pytest.raises(ValueError, match="WRITEABLE"):
                view.flags.writeable = True


def test_a_view_shows_nothing_beyond_its_window() -> None:
    bases = []
    run(lambda w: bases.append(w.close.base), window=6, end=10)
    assert not [base for base in bases if isinstance(base, (np.ndarray, bt.Candles))]
    with pytest.raises(TypeError):
        memoryview(bases[0])


@pytest.mark.parametrize("name", ["mean", "std", "sum", "min", "max"])
@pytest.mark.parametrize(
    ("window", "n"), [(1, None), (5, None), (6, 4), (20, None), (100, 77), (350, 301), (2500, 1999)]
)
def test_aggregates_have_the_bits_of_rolling_functions(name: str, window: int, n: int | None) -> None:
    """Asked for at every candle, now and then, and first late in the history."""
    whole = getattr(bt, f"rolling_{name}")
    expected = {column: whole(getattr(CANDLES, column), n or window) for column in ("close", "volume")}
    for every, first in ((1, 0), (7, 0), (61, 300), (977, 2300), (1, 3001)):
        seen: dict[int, tuple[float, float]] = {}

        def look(w: Any, every: int = every, first: int = first, seen: Any = seen) -> None:
            if w.index >= first and w.index % every == 0:
                seen[w.index] = getattr(w, name)("close", n), getattr(w, name)("volume", n)

        run(look, window=window)
        assert seen
        for t, (close, volume) in seen.items():
            np.testing.assert_array_equal([close, volume], [expected["close"][t], expected["volume"][t]])


@pytest.mark.parametrize("window", range(1, 140))
def test_aggregates_that_start_late_for_every_window(window: int) -> None:
    found = {}
    run(lambda w: found.update({w.index: (w.mean(), w.std())}) if w.index > 997 else None, window=window, end=1010)
    mean, std = bt.rolling_mean(CANDLES.close, window), bt.rolling_std(CANDLES.close, window)
    for t, pair in found.items():
        np.testing.assert_array_equal(pair, [mean[t], std[t]])


def test_aggregates_of_volumes_that_are_missing() -> None:
    volume = CANDLES.volume.copy()
    volume[100] = np.nan
    candles = bt.Candles(*(getattr(CANDLES, name) for name in ("timestamp", *COLUMNS[:4])), volume, tick=CANDLES.tick)
    found = []
    run(lambda w: found.append(w.sum("volume")), candles, window=5, start=98, end=110)
    np.testing.assert_array_equal(found, bt.rolling_sum(volume, 5)[98:110])
    assert np.isnan(found[2:7]).all()


def test_expressions_of_the_strategy() -> None:
    class Indicated(Called):
        fast = bt.ema(bt.close, 9)
        channel = bt.donchian(15)
        rises = bt.close > bt.open
        _hidden = 3

    strategy = Indicated(lambda w: rows.append([w.value(name) for name in names]), 3)
    strategy.own = bt.rsi(bt.close, 14)
    names = ["fast", "own", "channel.upper", "rises", "high"]
    rows: list[Any] = []
    bt.simulate(strategy, CANDLES)
    upper = bt.donchian(CANDLES.high, CANDLES.low, 15).upper
    columns = [bt.ema(CANDLES.close, 9), bt.rsi(CANDLES.close, 14), upper, CANDLES.close > CANDLES.open, CANDLES.high]
    for seen, column in zip(zip(*rows, strict=True), columns, strict=True):
        np.testing.assert_array_equal(seen, column[2:])
    assert type(rows[0][3]) is bool


def test_position_and_account_by_hand() -> None:
    """Bought at 100 with one tick of slippage and 0.5 commission: shown is what rule T4 counts."""
    candles = make([(100, 100, 100, 100), (100, 103, 99, 102), (102, 104, 101, 103), (103, 103, 103, 103)])
    seen = []

    def decide(w: Any) -> Any:
        p = w.position
        seen.append((w.equity, w.cash, None if p is None else (p.side, p.size, p.entry_price, p.entry_index, p.profit)))
        if p is not None:
            assert (p.stop, p.target, p.bars, p.leaving) == (91.0, 121.0, w.index, False)
        assert len(w.positions) == (p is not None)
        return w.buy(size=2.0, stop=10.0, target=20.0) if w.index == 0 else None

    run(decide, candles, window=1, cash=1000.0, costs=bt.Costs(slippage=1.0, commission=0.5))
    assert seen[:3] == [
        (1000.0, 1000.0, None),
        (1000.0 - 0.5 + 2 * 1.0, 1000.0, (1, 2.0, 101.0, 1, 2.0)),
        (1000.0 - 0.5 + 2 * 2.0, 1000.0, (1, 2.0, 101.0, 1, 4.0)),
    ]
    # the last candle of the window ends everything before it asks
    assert seen[3] == (1000.0 - 1.0 + 2 * 2.0, 1000.0 - 1.0 + 2 * 2.0, None)


def test_orders_that_wait() -> None:
    candles = make([(100, 100, 100, 100)] * 5)
    seen = []

    def decide(w: Any) -> Any:
        seen.append([(o.order, o.side, o.kind.name, o.price, o.size, o.last_index, o.signal_index) for o in w.orders])
        return w.sell("stop", 90.0, expiry=2, size=3.0) if w.index == 0 else None

    _, result = run(decide, candles, window=1)
    assert seen == [[], [(0, -1, "STOP", 90.0, 3.0, 2, 0)], [], [], []]
    assert result.rejected == {"EXPIRED": 1}


def test_a_window_is_of_no_use_after_the_call() -> None:
    kept: list[Any] = []
    run(kept.append, end=10)
    for use in (
        lambda w: w.close,
        lambda w: w.index,
        lambda w: w.equity,
        lambda w: w.mean(),
        lambda w: w.value("close"),
    ):
        with pytest.raises(bt.StrategyError, match="a window can be used during on_candle only"):
            use(kept[0])


# --- what it answers --------------------------------------------------------------------------------------------------


def test_orders_in_every_form_are_the_same() -> None:
    def forms(w: Any) -> list[Any]:
        return [
            w.sell(stop=0.001, target=0.002),
            w.sell("market", stop=0.001, target=0.002),
            w.sell(kind="market", size=None, stop=0.001, target=0.002, price=None),
            bt.Order(None, "short", stop=0.001, target=0.002),
            bt.Order(w.index, -1, stop=0.001, target=0.002),
            [w.sell(stop=0.001, target=0.002)],
            (None, w.sell(stop=0.001, target=0.002)),
        ]

    results = [run(lambda w, k=k: forms(w)[k] if w.index % 50 == 0 else None)[1] for k in range(7)]
    listed = [bt.Order(t, -1, stop=0.001, target=0.002) for t in range(50, len(CANDLES), 50)]
    expected = bt.simulate(listed, CANDLES)
    assert len(expected.trades) > 15
    for result in results:
        assert result.trades.to_numpy().tobytes() == expected.trades.to_numpy().tobytes()
        assert result.rejected == expected.rejected


def test_exits_come_first_and_of_one_side() -> None:
    candles = make([(100, 100, 100, 100)] * 8)
    answers = {
        0: lambda w: [w.buy(), w.sell()],
        2: lambda w: w.exit("short"),
        4: lambda w: [w.buy(), w.exit()],
    }
    _, result = run(lambda w: answers.get(w.index, lambda w: None)(w), candles, window=1, max_positions=2)
    rows = [(t["side"], t["entry_index"], t["exit_index"], t["exit_reason"]) for t in result.trades]
    signal_, end = bt.ExitReason.SIGNAL, bt.ExitReason.END_OF_DATA
    assert rows == [(-1, 1, 3, signal_), (1, 1, 5, signal_), (1, 5, 7, end)]


def test_levels_on_the_wrong_side_are_rejected_and_do_not_raise() -> None:
    candles = make([(100, 101, 99, 100)] * 4)
    for answer in (
        lambda w: w.buy(stop=0.0),
        lambda w: w.buy(stop=-1.0, size=2),
        lambda w: w.buy("limit", 95.0, stop_price=96.0),
        lambda w: w.buy("stop", 105.0, target_price=104.0),
    ):
        _, result = run(lambda w, answer=answer: answer(w) if w.index == 0 else None, candles, window=1)
        assert result.rejected == {"WRONG_SIDE": 1}
    nan = float("nan")
    _, result = run(lambda w: w.buy("limit", nan) if w.index == 0 else None, candles, window=1)
    assert result.rejected == {"NAN_LEVEL": 1}
    _, result = run(lambda w: w.buy(stop=nan, target=float("inf")) if w.index == 0 else None, candles, window=1)
    assert np.isnan(result.trades["stop_price"]).all() and np.isnan(result.trades["target_price"]).all()


def test_sizes_of_order_strategy_and_simulation() -> None:
    candles = make([(100, 100, 100, 100)] * 4)

    def sizes(answer: Any, **settings: Any) -> float:
        strategy = Called(lambda w: answer(w) if w.index == 0 else None, 1, **settings)
        return float(bt.simulate(strategy, candles, size=bt.close / 50).trades["size"][0])

    assert sizes(lambda w: w.buy()) == 2.0
    assert sizes(lambda w: w.buy(), size=bt.close / 20) == 5.0
    assert sizes(lambda w: w.buy(size=7.0), size=3.0) == 7.0
    assert sizes(lambda w: w.buy(size=bt.PercentEquity(2))) == 2.0
    assert sizes(lambda w: w.buy(stop=4.0, size=bt.RiskPercent(1))) == 25.0
    assert sizes(lambda w: bt.Order(None, 1, size=bt.FixedCash(600))) == 6.0
    assert sizes(lambda w: bt.Order(None, 1)) == 2.0


# --- what it leaves ---------------------------------------------------------------------------------------------------


def test_equity_and_hash_do_not_call_again() -> None:
    strategy, result = run(lambda w: w.buy(stop=0.001, trail=0.002) if len(calls()) % 60 == 5 else None)
    called = len(strategy.calls)
    curve = result.equity()
    assert curve[-1] == result.stats["final_equity"]
    assert len(result.trades) > 10
    assert result.content_hash
    assert len(strategy.calls) == called


CALLS: list[int] = []


def calls() -> list[int]:
    CALLS.append(1)
    return CALLS


class Threshold(bt.WindowStrategy):
    window = 10

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def on_candle(self, window: Any) -> Any:
        self.last = window.index
        return window.buy(max_bars=3) if window.close[-1] - window.mean() > self.threshold else None


def test_content_hashes_tell_strategies_apart() -> None:
    hashes = [bt.simulate(Threshold(x), CANDLES).content_hash for x in (0.001, 0.001, 0.002)]
    assert hashes[0] == hashes[1] != hashes[2]
    wider = Threshold(0.001)
    wider.window = 11
    assert bt.simulate(wider, CANDLES).content_hash != hashes[0]


def test_in_a_plan_with_others() -> None:
    plan = Plan(CANDLES)
    conditions = Conditions(start=10, end=len(CANDLES) - 10)
    drivers = [plan.add(Threshold(x), conditions) for x in (0.0005, 0.001)]
    other = plan.add(bt.Strategy(bt.close - bt.rolling_mean(bt.close, 10) > 0.001, max_bars=3), conditions)
    plan.run()
    assert drivers[1].trades().tobytes() == other.trades().tobytes()
    alone = bt.simulate(Threshold(0.0005), CANDLES, start=10, end=len(CANDLES) - 10)
    assert drivers[0].trades().tobytes() == alone.trades.to_numpy().tobytes()


# --- what goes wrong --------------------------------------------------------------------------------------------------


def failing(at: int, error: BaseException | None = None) -> Any:
    def decide(w: Any) -> Any:
        if w.index == at:
            raise error or ZeroDivisionError("by zero")
        return w.buy(stop=0.001, target=0.001) if w.index % 40 == 0 else None

    return decide


@pytest.mark.parametrize("at", [3, 500, BLOCK - 1, BLOCK, len(CANDLES) - 1])
def test_what_it_raises_names_the_candle_and_keeps_the_trades(at: int) -> None:
    with pytest.raises(
        bt.CallbackError, match=rf"raised at candle {at} \(20.* UTC\): ZeroDivisionError: by zero"
    ) as caught:
        run(failing(at))
    error = caught.value
    assert isinstance(error, bt.StrategyError)
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert error.index == at
    expected = bt.simulate([bt.Order(t, 1, stop=0.001, target=0.001) for t in range(40, at, 40)], CANDLES, end=at + 1)
    assert error.result.trades.to_numpy().tobytes() == expected.trades.to_numpy().tobytes()
    assert error.result.stats == pytest.approx(expected.stats, nan_ok=True)
    assert error.result.equity().tolist() == expected.equity().tolist()


def test_other_simulations_of_a_plan_have_their_results() -> None:
    plan = Plan(CANDLES)
    conditions = Conditions(end=len(CANDLES))
    bad, good = plan.add(Called(failing(700)), conditions), plan.add(Threshold(0.001), conditions)
    with pytest.raises(bt.CallbackError, match="candle 700"):
        plan.run()
    assert good.trades().tobytes() == bt.simulate(Threshold(0.001), CANDLES).trades.to_numpy().tobytes()
    assert good.failure() is None
    assert bad.failure()[0] == 700
    with pytest.raises(RuntimeError, match="has not been run to its end"):
        bad.trades()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_what_ends_everything_arrives_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        run(failing(500, error))
    assert caught.value is error


def test_an_interrupt_arrives() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(lambda w: signal.raise_signal(signal.SIGINT) if w.index == 900 else None)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda w: 5, "on_candle returned 5; it returns window.buy"),
        (lambda w: "buy", "on_candle returned 'buy'"),
        (lambda w: [w.buy(), 1.0], r"on_candle returned 1\.0"),
        (lambda w: bt.Order(3, 1), "was returned at candle 7; its at is that, or None"),
        (lambda w: bt.Exit(3), "was returned at candle 7"),
        (lambda w: w.buy(stopp=1.0), "unexpected keyword argument 'stopp'"),
        (lambda w: w.buy("limit"), "a limit entry needs a price"),
        (lambda w: w.buy(price=1.0), "a market entry takes no price"),
        (lambda w: w.buy("best"), "kind must be one of 'market'"),
        (lambda w: w.buy(stop=0.1, stop_price=1.0), "give stop (a distance) or stop_price"),
        (lambda w: w.buy(stop="far"), "stop must be a number, got 'far'"),
        (lambda w: w.buy(size=-1.0), r"size must be finite and above 0, got -1\.0"),
        (lambda w: w.buy(max_bars=0), "max_bars is a number of candles"),
        (lambda w: w.exit("up"), "exit takes 'long', 'short' or nothing, got 'up'"),
        (lambda w: w.mean("price"), "'price' is no column; those are open, high, low, close, volume"),
        (lambda w: w.mean("close", 5), "an aggregate is of 1 to 4 values, the window, got 5"),
        (lambda w: w.mean("close", 0), "an aggregate is of 1 to 4 values"),
        (lambda w: w.std("close", 2.5), "an aggregate is of 1 to 4 values"),
        (lambda w: w.value("slow"), "'slow' is no column and no expression of the strategy; those are open"),
    ],
)
def test_answers_that_have_no_meaning(answer: Any, message: str) -> None:
    with pytest.raises(bt.CallbackError, match="raised at candle 7 ") as caught:
        run(lambda w: answer(w) if w.index == 7 else None)
    assert message.replace("\\", "") in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 0}, "window is a number of candles"),
        ({"window": None}, "window is a number of candles"),
        ({"window": 2.0}, "window is a number of candles"),
        ({"max_positions": 0}, "max_positions is a number of candles|max_positions is a whole number"),
        ({"max_positions": None}, "max_positions is a whole number from 1 to 10,000"),
        ({"when": bt.close}, "when: close is a number where a condition is needed"),
        ({"size": -1}, "size must be finite and above 0"),
    ],
)
def test_settings_that_have_no_meaning(settings: dict[str, Any], message: str) -> None:
    strategy = Called(lambda w: None)
    for name, value in settings.items():
        setattr(strategy, name, value)
    with pytest.raises((bt.StrategyError, bt.ExpressionError), match=message):
        bt.simulate(strategy, CANDLES)


def test_a_strategy_without_a_function() -> None:
    class Nothing(bt.WindowStrategy):
        pass

    with pytest.raises(bt.CallbackError, match="Nothing has no on_candle"):
        bt.simulate(Nothing(), CANDLES)
    with pytest.raises(bt.ParameterError, match=r"got the class Nothing: give Nothing\(\)"):
        bt.simulate(Nothing, CANDLES)  # type: ignore[arg-type]


def test_orders_without_a_candle_stand_in_no_list() -> None:
    with pytest.raises(bt.StrategyError, match="has no candle; in a list of orders each needs its at"):
        bt.simulate([bt.Order(None, 1)], CANDLES)


def test_the_error_can_be_pickled() -> None:
    with pytest.raises(bt.CallbackError) as caught:
        run(failing(5))
    caught.value.result = None
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), copied.index) == (str(caught.value), 5)
