"""The compiled pass against its twin, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import candles as twin

from btcore import errors
from btcore._core import checks
from btcore.candles import Candles
from btcore.candles.columns import Columns
from btcore.candles.problems import invalid_rows

MINUTE = 60 * 10**9
ODD_PRICES = st.sampled_from([1.0, 1.5, 2.0, 0.0, -1.0, float("nan"), float("inf"), float("-inf"), 5e-324, 1e308])
ROWS = st.lists(st.tuples(ODD_PRICES, ODD_PRICES, ODD_PRICES, ODD_PRICES), min_size=1, max_size=6)


def arrays(rows: list[twin.Row]) -> list[np.ndarray]:
    """Open, high, low, close columns of rows."""
    return [np.array(column, float) for column in zip(*rows, strict=True)]


def first_invalid(timestamp: list[int], rows: list[twin.Row]) -> int:
    """The row that the compiled pass calls invalid, or -1."""
    outputs = [np.empty(len(rows), np.int64) for _ in range(4)]
    status, row = checks.convert(
        np.array(timestamp, np.int64), *arrays(rows), 1.0, True, np.inf, np.inf, *outputs
    )  # fmt: skip
    return row if status == checks.Status.INVALID else -1


@given(ROWS, st.data())
def test_invalid_rows_are_those_of_the_twin(rows: list[twin.Row], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 8), min_size=len(rows), max_size=len(rows)))
    expected = twin.invalid_rows(times, rows)
    assert first_invalid(times, rows) == (expected[0] if expected else -1)


@given(ROWS)
def test_messages_find_the_rows_that_the_compiled_check_finds(rows: list[twin.Row]) -> None:
    times = list(range(len(rows)))
    columns = Columns(np.array(times), *arrays(rows), np.zeros(len(rows)))
    assert np.flatnonzero(invalid_rows(columns)).tolist() == twin.invalid_rows(times, rows)
    if twin.invalid_rows(times, rows):
        with pytest.raises(errors.DataError, match=f"candle {twin.invalid_rows(times, rows)[0]} "):
            Candles(times, *arrays(rows))


@pytest.mark.parametrize("where", [0, 1, 511, 512, 513, 1023, 1024, 1299])
@pytest.mark.parametrize("fault", ["nan", "time", "grid", "wide"])
def test_the_first_row_is_named_in_any_block(where: int, fault: str) -> None:
    n = 1300
    times = np.arange(n) * MINUTE
    close = np.full(n, 1.5)
    if fault == "time":
        if where == 0:
            return
        times[where] = times[where - 1]
    else:
        close[where] = {"nan": np.nan, "grid": 1.55, "wide": 3e9}[fault]
    high = np.maximum(close, 1.5)
    outputs = [np.empty(n, np.int32) for _ in range(4)]
    open_, low = np.full(n, 1.5), np.full(n, 1.5)
    status, row = checks.convert(times, open_, high, low, close, 10.0, True, 1e-3, 0.5, *outputs)
    names = {"nan": "INVALID", "time": "INVALID", "grid": "OFF_GRID", "wide": "TOO_WIDE"}
    assert (status, row) == (checks.Status[names[fault]], where)


def prices_strategy() -> st.SearchStrategy[list[float]]:
    """Prices on a power of ten, with or without noise, and prices on none."""
    on_grid = st.integers(-9, 15).flatmap(
        lambda e: st.lists(
            st.integers(1, 10**7).map(lambda n: float(n * 10**e) if e > 0 else n / 10**-e), min_size=1, max_size=5
        )
    )
    noisy = on_grid.flatmap(
        lambda prices: st.lists(
            st.sampled_from([0.0, 1e-12, -1e-9, 4e-8, 3e-7, 1e-5]), min_size=len(prices), max_size=len(prices)
        ).map(lambda noise: [price * (1 + x) for price, x in zip(prices, noise, strict=True)])
    )
    anything = st.lists(st.floats(1e-3, 1e5) | st.floats(1e3, 1e22), min_size=1, max_size=5)
    return st.one_of(on_grid, noisy, anything)


@settings(max_examples=400)
@given(prices_strategy())
def test_the_inferred_tick_is_that_of_the_twin(prices: list[float]) -> None:
    expected = twin.inferred_exponent(prices)
    assume(expected is not None)
    c = Candles(np.arange(len(prices)) * MINUTE, prices, prices, prices, prices)
    assert c.tick == float(f"1e{expected}")
    assert c.tick_inferred
    assert c.scale == 10.0 ** abs(expected)
    assert c.tick_is_ratio == (expected <= 0)
    back = c.ticks[0] / c.scale if c.tick_is_ratio else c.ticks[0] * c.scale
    np.testing.assert_allclose(back, prices, rtol=1.001e-7)


@pytest.mark.parametrize(
    ("prices", "tick"),
    [
        ([10.0, 20.0], 10.0),
        ([100.0, 200.0], 100.0),
        ([100.0, 210.0], 10.0),
        ([1000.0, 1000.0], 1000.0),
        ([999.0, 1000.0], 1.0),
        ([3e9, 5e9], 1e9),
        ([3e9, 5e9 + 1000], 1e3),
        ([1e22, 3e23], 1e22),
        ([1e308, 1e308], 1e308),
        ([10.0, 21.0], 1.0),
        ([10.5, 21.0], 0.1),
        ([1.16879, 1.16906], 1e-5),
        ([1.0, 1.0009], 1e-4),
        ([0.00001234, 0.00001240], 1e-8),
        ([38529.0, 46810.75], 0.01),
        ([0.1 + 0.2, 0.3], 0.1),
        ([83841.0, 83795.0], 1.0),
    ],
)
def test_inferred_ticks_by_hand(prices: list[float], tick: float) -> None:
    assert Candles([0, MINUTE], prices, prices, prices, prices).tick == tick


def test_prices_on_no_power_of_ten_are_kept_to_1e_12() -> None:
    prices = np.array([100 / 3, 200 / 7, 123.456789012345678])
    c = Candles(np.arange(3) * MINUTE, prices, prices, prices, prices)
    assert (c.tick, c.tick_inferred, c.ticks[0].dtype) == (1e-12, True, np.dtype(np.int64))
    np.testing.assert_allclose(c.ticks[0] / c.scale, prices, rtol=1e-12)


def test_small_prices_on_no_power_of_ten_get_a_finer_tick() -> None:
    prices = np.array([1 / 300, 1 / 700])
    c = Candles([0, MINUTE], prices, prices, prices, prices)
    assert c.tick == 1e-15 or c.tick < 1e-12
    np.testing.assert_allclose(c.ticks[0] / c.scale, prices, rtol=1e-12)


def test_large_prices_on_no_power_of_ten_get_a_coarser_tick() -> None:
    prices = np.array([1e9 / 3, 1e9 / 7])
    c = Candles([0, MINUTE], prices, prices, prices, prices)
    assert 1e-12 < c.tick < 1e-3
    np.testing.assert_allclose(c.ticks[0] / c.scale, prices, rtol=1e-12)


@pytest.mark.parametrize("prices", [[1e9 / 3, 1 / 3e9], [1e308, 1e-300], [1e-300, 1e308]])
def test_prices_too_far_apart_for_any_tick_are_an_error(prices: list[float]) -> None:
    with pytest.raises(errors.DataError, match=r"no tick holds every price.*pass tick="):
        Candles([0, MINUTE], prices, prices, prices, prices)


@pytest.mark.parametrize(
    ("tick", "scale", "is_ratio", "ticks"),
    [
        (0.25, 4.0, True, 402),
        (0.5, 2.0, True, 201),
        (100.5, 100.5, False, 1),
        (0.3, 0.3, False, 335),
        (1e-5, 1e5, True, 10_050_000),
    ],
)
def test_declared_ticks(tick: float, scale: float, is_ratio: bool, ticks: int) -> None:
    c = Candles([0], [100.5], [100.5], [100.5], [100.5], tick=tick)
    assert (c.tick, c.scale, c.tick_is_ratio, c.tick_inferred) == (tick, scale, is_ratio, False)
    assert [column.tolist() for column in c.ticks] == [[ticks]] * 4


def test_a_declared_tick_that_the_prices_break_names_rows() -> None:
    close = [1.2, 1.25, 1.2, 1.2]
    with pytest.raises(errors.DataError) as caught:
        Candles(np.arange(4) * MINUTE, close, close, close, close, tick=0.1, symbol="X")
    text = str(caught.value)
    assert "1 of 4 candles of X have prices off the grid of tick=0.1" in text
    assert "candle 1 (1970-01-01 00:01:00 UTC): open is 1.25, 12.5 ticks" in text
    assert "round_to_tick" in text


def test_prices_off_the_grid_name_three_candles() -> None:
    close = [1.2, 110_420.25, 1.25, 1.35, 1.45]
    with pytest.raises(errors.DataError) as caught:
        Candles(np.arange(5) * MINUTE, close, close, close, close, tick=0.1)
    text = str(caught.value)
    assert [f"candle {row} " in text for row in range(5)] == [False, True, True, True, False]
    assert "open is 110420.25, 1104202.5 ticks" in text


def test_what_the_tick_comes_from() -> None:
    prices = [46_319.0, 46_319.5, 46_320.0, 46_320.25]
    low, high = [46_319.0, 46_319.5, 46_320.0, 46_320.0], [46_320.25] * 4
    c = Candles(np.arange(4) * MINUTE, prices, high, low, prices)
    assert c.tick_reason == (
        "tick 0.01 was inferred: 4 of 4 candles have prices between ticks of 0.1, the first is candle 0 "
        "(1970-01-01 00:00:00 UTC): high is 46320.25; declare tick= if these are faults of the source"
    )
    declared = Candles(np.arange(4) * MINUTE, prices, high, low, prices, tick=0.05)
    assert declared.tick_reason == "tick 0.05 was declared"
    whole = Candles(np.arange(2) * MINUTE, *[[100.0, 100.5]] * 4)[:1]
    assert "tick 0.1 was inferred from more candles" in whole.tick_reason


def test_a_price_below_half_a_tick_is_not_on_the_grid() -> None:
    with pytest.raises(errors.DataError, match="off the grid"):
        Candles([0], [0.0004], [0.0004], [0.0004], [0.0004], tick=1.0)


@pytest.mark.parametrize("tick", [0.0, -1.0, float("nan"), float("inf"), "x"])
def test_ticks_that_are_no_ticks(tick: object) -> None:
    with pytest.raises(errors.ParameterError, match="tick must be"):
        Candles([0], [1], [1], [1], [1], tick=tick)


def test_int64_where_int32_is_too_narrow() -> None:
    prices = [30_000.0, 30_000.12345]
    c = Candles([0, MINUTE], prices, prices, prices, prices)
    assert c.ticks[0].dtype == np.int64
    assert c.ticks[0].tolist() == [3_000_000_000, 3_000_012_345]


def test_a_tick_too_fine_for_int64_is_an_error() -> None:
    with pytest.raises(errors.DataError, match=r"candle 0 .*too large for a tick of 1e-300"):
        Candles([0], [1.0], [1.0], [1.0], [1.0], tick=1e-300)


@given(st.lists(st.integers(-(10**4), 10**4), min_size=1, max_size=40, unique=True))
def test_day_ends_and_period_are_those_of_the_twin(hours: list[int]) -> None:
    times = [hour * 3600 * 10**9 for hour in sorted(hours)]
    ones = np.ones(len(times))
    c = Candles(times, ones, ones, ones, ones)
    assert c.day_ends.tolist() == twin.day_ends(times)
    assert c.period == twin.most_common_step(times)
