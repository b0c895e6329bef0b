"""`btcore run`: the same numbers as the library, on the screen, as JSON and in files."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest

import btcore as bt
from btcore.cli.figures import FIGURES, REASONS

TREND = "examples/trend.py:trend"
SHORT = ["run", TREND, "--data", "synthetic:3000"]


def trend(fast=20, slow=50):
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    up, down = bt.crosses_above(quick, calm), bt.crosses_below(quick, calm)
    return bt.Strategy(up, down, stop=2.0 * bt.atr(14), target=4.0 * bt.atr(14))


@pytest.fixture
def files(place):
    """A bid and an ask file, their candles, and a file whose times carry no zone."""
    bid = bt.synthetic_candles(2_000)
    frame = bid.to_polars().drop("volume")
    offset = pl.col("timestamp").dt.strftime("%Y-%m-%d %H:%M:%S+00:00")
    prices = [pl.col(name) + 0.0001 for name in ("open", "high", "low", "close")]
    frame.with_columns(offset).write_csv(place / "bid.csv")
    frame.with_columns(offset, *prices).with_columns(pl.exclude("timestamp").round(5)).write_csv(place / "ask.csv")
    frame.with_columns(pl.col("timestamp").dt.strftime("%Y-%m-%d %H:%M:%S")).write_csv(place / "naive.csv")
    return place


def test_json_holds_what_the_library_says(btcore):
    ended = btcore(*SHORT, "--set", "fast=5", "--spread", "0.00005", "--size", "1000", "--json")
    expected = bt.simulate(trend(5), bt.synthetic_candles(3000), costs=bt.Costs(spread=0.00005), size=1000)
    got = json.loads(ended.out)
    assert ended.err == ""
    assert got["content_hash"] == expected.content_hash
    assert got["rejected"] == dict(expected.rejected)
    for key, value in expected.stats.items():
        assert got["stats"][key] == (value if math.isfinite(value) else None), key


def test_json_has_stable_keys(btcore):
    got = json.loads(btcore(*SHORT, "--json").out)
    assert list(got) == [
        "strategy", "candles", "settings", "stats", "rejected", "execution_time", "rules_version", "content_hash",
    ]  # fmt: skip
    assert list(got["candles"]) == [
        "symbol", "count", "first", "last", "period_seconds", "quote", "tick", "tick_inferred", "spread",
        "ask_candles", "repairs",
    ]  # fmt: skip
    assert list(got["settings"]) == ["size", "cash", "start", "end", "spread", "slippage", "commission"]
    assert got["candles"]["first"] == "2000-01-03T00:00:00Z"


def test_figures_that_are_no_number_are_null(btcore, strategy_file):
    file = strategy_file("never = bt.Strategy(bt.close > 1e9)\n")
    ended = btcore("run", f"{file}:never", "--data", "synthetic:300", "--json")
    assert json.loads(ended.out)["stats"]["win_rate"] is None
    assert "no trade was made" in btcore("run", f"{file}:never", "--data", "synthetic:300").out


@pytest.mark.parametrize(
    "option, value, arguments",
    [
        ("--size", "percent:10", {"size": bt.PercentEquity(10)}),
        ("--size", "risk:1", {"size": bt.RiskPercent(1)}),
        ("--size", "cash:5000", {"size": bt.FixedCash(5000)}),
        ("--size", "2.5", {"size": 2.5}),
        ("--cash", "500", {"cash": 500}),
        ("--start", "2000-01-04", {"start": "2000-01-04"}),
        ("--end", "2000-01-04T12:00", {"end": "2000-01-04T12:00"}),
        ("--slippage", "0.00002", {"costs": bt.Costs(slippage=0.00002)}),
        ("--commission", "0.5", {"costs": bt.Costs(commission=0.5)}),
        ("--commission", "percent:0.1", {"costs": bt.Costs(commission=bt.Commission(percent=0.1))}),
        ("--commission", "unit:2,minimum:1", {"costs": bt.Costs(commission=bt.Commission(per_unit=2, minimum=1))}),
    ],
)
def test_options_reach_the_simulation(btcore, option, value, arguments):
    ended = btcore(*SHORT, option, value, "--json")
    assert json.loads(ended.out)["content_hash"] == bt.simulate(
        trend(), bt.synthetic_candles(3000), **arguments
    ).content_hash  # fmt: skip


def test_sizes_are_written_as_they_are_given(btcore):
    sizes = [json.loads(btcore(*SHORT, "--size", text, "--json").out)["settings"]["size"] for text in ("risk:1", "3")]
    assert sizes == ["risk:1", 3.0]


def test_bid_and_ask_files(btcore, files):
    ended = btcore("run", TREND, "--data", "bid.csv", "--ask", "ask.csv", "--symbol", "GBPUSD", "--json")
    got = json.loads(ended.out)
    candles = bt.read_candles("bid.csv", ask="ask.csv", symbol="GBPUSD", cache=False)
    assert got["candles"]["ask_candles"] is True and got["candles"]["tick_inferred"] is True
    assert got["content_hash"] == bt.simulate(trend(), candles).content_hash


def test_reading_options_reach_the_reader(btcore, files):
    ended = btcore("run", TREND, "--data", "naive.csv", "--tz", "EET", "--timeframe", "5min", "--tick", "0.00001",
                   "--quote", "mid", "--no-cache", "--format", "csv", "--json")  # fmt: skip
    got = json.loads(ended.out)["candles"]
    assert (got["first"], got["period_seconds"], got["quote"]) == ("2000-01-02T22:00:00Z", 300.0, "mid")
    assert got["tick_inferred"] is False
    assert not (files / "cache").exists()


def test_repairs_are_told(btcore, files):
    lines = (files / "bid.csv").read_text().splitlines()
    (files / "bad.csv").write_text("\n".join([*lines[:10], lines[9], *lines[10:]]) + "\n")
    refused = btcore("run", TREND, "--data", "bad.csv")
    assert refused.code == 1 and "bad.csv" in refused.err and "--repair" in refused.err
    ended = btcore("run", TREND, "--data", "bad.csv", "--repair", "drop_duplicates")
    assert "repair drop_duplicates changed 1 rows" in ended.out


@pytest.mark.parametrize("name", ["trades.csv", "trades.parquet"])
def test_trades_are_written(btcore, place, name):
    ended = btcore(*SHORT, "--trades", name, "--json")
    frame = (pl.read_csv if name.endswith("csv") else pl.read_parquet)(place / name)
    assert len(frame) == json.loads(ended.out)["stats"]["trades"] > 0
    assert frame["net"].sum() == pytest.approx(json.loads(ended.out)["stats"]["net"])


def test_the_screen_says_what_there_is(btcore):
    ended = btcore(*SHORT)
    for text in (
        "SYNTH: 3,000 candles of 1 minute, 2000-01-03 00:00 to 2000-01-05 01:59 UTC, bid, tick 0.00001",
        "examples/trend.py:trend(fast=20, slow=50, stop=2.0, target=4.0)",
        "Note: every position is 1 unit",
        "Note: trading cost nothing",
    ):
        assert text in ended.out
    for _, name, _, _ in FIGURES:
        assert name.strip() in ended.out


def test_the_screen_knows_every_figure_and_reason():
    stats = bt.simulate(trend(), bt.synthetic_candles(500)).stats
    assert sorted(key for key, *_ in FIGURES) == sorted(stats)
    assert sorted(REASONS) == sorted(reason.name for reason in bt.RejectReason)


@pytest.mark.parametrize("number, rows", [(0, 0), (1, 2), (2, 4), (100_000, None)])
def test_how_many_trades_are_shown(btcore, number, rows):
    ended = btcore(*SHORT, "--show-trades", number)
    shown = [line for line in ended.out.splitlines() if line.startswith("2000-")]
    expected = len(bt.simulate(trend(), bt.synthetic_candles(3000)).trades) if rows is None else rows
    assert len(shown) == expected


def test_ambiguous_trades_are_worth_a_note(btcore, strategy_file):
    file = strategy_file("s = bt.Strategy(bt.close > 0, stop=0.00001, target=0.00001)\n")
    assert "of the exits are ambiguous" in btcore("run", f"{file}:s", "--data", "synthetic:500").out


def test_synthetic_candles_can_be_resampled(btcore):
    ended = btcore(*SHORT, "--timeframe", "1h", "--symbol", "TRY", "--tick", "0.0001", "--json")
    got = json.loads(ended.out)["candles"]
    assert (got["count"], got["symbol"], got["tick"]) == (50, "TRY", 0.0001)
