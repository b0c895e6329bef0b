"""Models of slippage: values, errors, and the documented hash."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors

MODELS = {
    bt.TickSlippage(2): "TickSlippage(ticks=2.0)",
    bt.PercentSlippage(0.1): "PercentSlippage(percent=0.1)",
    bt.RangeSlippage(np.float32(0.5)): "RangeSlippage(fraction=0.5)",
    bt.RandomSlippage(3, 7): "RandomSlippage(ticks=3, seed=7)",
}
WORD = 2**64


def splitmix64(x: int) -> int:
    """As the docstring of RandomSlippage writes it."""
    x = (x + 0x9E3779B97F4A7C15) % WORD
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB % WORD
    return x ^ x >> 31


@pytest.mark.parametrize("model", MODELS, ids=MODELS.get)
def test_values(model: Any) -> None:
    assert repr(model) == MODELS[model]
    assert pickle.loads(pickle.dumps(model)) == model
    assert bt.Costs(slippage=model).slippage is model
    assert bt.RandomSlippage(3).seed == 0


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", [bt.TickSlippage, bt.PercentSlippage, bt.RangeSlippage])
def test_amounts_that_are_none(kind: Any, value: float) -> None:
    with pytest.raises(errors.ParameterError, match=f"{kind.__name__}: .* must be finite and not negative, got "):
        kind(value)
    with pytest.raises(errors.ParameterError, match=f"{kind.__name__}: .* must be a number, got 'much'"):
        kind("much")


@pytest.mark.parametrize("given", [(-1, 0), (1.5, 0), (True, 0), (2**31, 0), ("1", 0)])
def test_ticks_that_are_none(given: tuple[Any, ...]) -> None:
    with pytest.raises(
        errors.ParameterError, match="RandomSlippage: ticks must be a whole number from 0 to 2147483647"
    ):
        bt.RandomSlippage(*given)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, None])
def test_seeds_that_are_none(seed: Any) -> None:
    with pytest.raises(
        errors.ParameterError, match="RandomSlippage: seed must be a whole number from 0 to 184467440737"
    ):
        bt.RandomSlippage(1, seed)


def test_more_ticks_than_prices_have() -> None:
    with pytest.raises(errors.ParameterError, match="more than 2\\^52 ticks"):
        bt.simulate([], bt.synthetic_candles(5), costs=bt.Costs(slippage=bt.TickSlippage(1e17)))
    row = bt.simulate(
        [bt.Order(1, "long")], bt.synthetic_candles(5), costs=bt.Costs(slippage=bt.PercentSlippage(1e300))
    ).trades[0]
    assert np.isfinite(row["net"])


def test_the_hash_is_splitmix64() -> None:
    assert splitmix64(0) == 0xE220A8397B1DCDAF  # the first output of the generator for the seed 0, as published


@pytest.mark.parametrize("seed", [0, 7, WORD - 1])
def test_random_ticks_are_those_of_the_hash(seed: int) -> None:
    candles = bt.synthetic_candles(3_000, seed=2)
    strategy = bt.Strategy(bt.close > bt.sma(bt.close, 5), max_bars=4, stop=0.0005)
    plain = bt.simulate(strategy, candles)
    slipped = bt.simulate(strategy, candles, costs=bt.Costs(slippage=bt.RandomSlippage(5, seed)), start=0)

    def ticks(candle: int, parent: int, leaving: int) -> int:
        return splitmix64(splitmix64(splitmix64(seed) ^ candle) ^ (2 * parent + leaving)) % 6

    seen = set()
    for row in slipped.trades:
        moved = ticks(int(row["entry_index"]), int(row["parent"]), 0)
        opened = candles.open[row["entry_index"]]
        assert round((row["entry_price"] - opened) / candles.tick) == moved
        if row["exit_reason"] != bt.ExitReason.END_OF_DATA:
            moved += ticks(int(row["exit_index"]), int(row["parent"]), 1)
        assert round(row["slippage_cost"] / candles.tick) == moved
        seen.add(moved)
    assert len(slipped.trades) > 200 and seen == set(range(11))
    assert plain.stats["net"] > slipped.stats["net"]


def test_a_window_and_a_prefix_slip_the_same() -> None:
    candles = bt.synthetic_candles(2_000, seed=2)
    costs = bt.Costs(slippage=bt.RandomSlippage(9, 1))
    orders = [bt.Order(at, "short", max_bars=20) for at in (1_000, 1_200)]
    whole = bt.simulate(orders, candles, costs=costs).trades.to_numpy()
    window = bt.simulate(orders, candles, costs=costs, start=900).trades.to_numpy()
    prefix = bt.simulate(orders[:1], candles[:1_100], costs=costs).trades.to_numpy()
    assert whole.tobytes() == window.tobytes()
    assert whole[:1].tobytes() == prefix.tobytes()


def test_models_are_part_of_what_a_result_comes_from() -> None:
    candles = bt.synthetic_candles(20)
    digests = {bt.simulate([], candles, costs=bt.Costs(slippage=model)).content_hash for model in (*MODELS, 0.0)}
    assert len(digests) == len(MODELS) + 1
