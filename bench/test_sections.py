"""The research sections render from small results, and say what the figures say."""

from __future__ import annotations

import pytest

from bench.research import alternatives_section, baseline_section
from bench.research.writing import bars, number, percent, table


def tool(name, seconds, error):
    row = {"name": name, "version": "1.0", "seconds": seconds, "cpu_seconds": seconds, "first_seconds": 2 * seconds}
    row |= {"above_mb": 3.0, "lines": 4, "signals": 70, "wrong_signals": 0, "equal": True, "times": 1 / seconds}
    series = [
        {"name": name, "series": series, "quantity": quantity, "error": error if series == "spikes" else 1e-16,
         "nan": 0.0, "wrong_signals": 0}
        for series in ("prices", "offset", "spikes") for quantity in ("mean 20", "range 14")
    ]  # fmt: skip
    return row | {"cannot": f"{name} cannot."}, series


def result_of(*tools):
    return {
        "candles": 1_000,
        "tools": [row for row, _ in tools],
        "accuracy": [row for _, rows in tools for row in rows],
        "baseline": [{"candles": 500, "us_per_candle": 90.0}],
    }


def test_the_recommendation_follows_the_figures():
    text = alternatives_section.section(result_of(tool("exact", 0.02, 1e-16), tool("drifts", 0.01, 1e-6)))
    assert "**exact**, 20 ms. It is the fastest of the 1 tools" in text
    assert "The fastest of all, drifts (10 ms)" in text
    assert "Not for histories with wrong prices in them: drifts." in text
    text = alternatives_section.section(result_of(tool("exact", 0.01, 1e-16), tool("missing", 0.02, None)))
    assert "The fastest of all" not in text
    assert "| missing | 1.0e-16 (0) | 1.0e-16 (0) | - (0) |" in text


def test_pictures_are_repeatable():
    pytest.importorskip("matplotlib")
    result = result_of(tool("a", 0.02, 1e-16), tool("btcore", 0.01, 1e-16))
    pictures = alternatives_section.plots(result)
    assert pictures == alternatives_section.plots(result)
    assert "btcore" in pictures["alternatives.svg"]
    assert "<svg" in bars(["a", "b"], [1.0, 10.0], "title", "a", number)


def test_the_baseline():
    run = {"engine": "baseline", "candles": 50, "trades": 3, "seconds": 1.0, "cpu_seconds": 0.75, "us_per_candle": 20.0}
    piece = {"piece": "rolling mean", "code": "mean()", "us": 8.0, "against": "sum()", "against_us": 2.0, "times": 4.0}
    row = {"candles": 50, "samples": 4, "share": 0.5}
    result = {
        "strategy": "Long.",
        "headline": {"candles": 50, "trades": 3, "equal": 3, "baseline_seconds": 0.75, "btcore_seconds": 0.25,
                     "reduction": 0.6667, "times": 3.0, "baseline_peak_mb": 9.0, "btcore_peak_mb": 8.0},
        "answer": {"us_per_candle": 20.0, "kernel_us": 1.0, "kernel_share": 0.05, "calls_per_candle": 700.5,
                   "window_blocks": 60.0},
        "runs": [{**run, "peak_mb": 9.0, "above_mb": 1.0, "observed": "nothing", "load": 0.5}],
        "agreement": [{"candles": 50, "trades": 3, "btcore_trades": 3, "equal": 3, "differing": 0}],
        "bottlenecks": [{"bottleneck": "rolling mean", "pieces": ["rolling mean"], "us_per_candle": 16.0,
                         "alone_us": 12.0, "share": 0.8,
                         "cause": "Objects."}],
        "pieces": [{**piece, "per_candle": 2, "cause": "Objects."}],
        "stages": [{**row, "stage": "means"}],
        "layers": [{**row, "layer": "Series"}],
        "functions": [{"candles": 50, "function": "f", "file": "pandas/f.py", "calls": 50, "calls_per_candle": 1.0,
                       "own_seconds": 0.5, "total_seconds": 0.5, "own_share": 0.25}],
        "totals": [{"candles": 50, "calls_per_candle": 700.5, "seconds": 2.0, "plain_seconds": 0.75}],
        "memory": [{"candles": 50, "what": "one window", "mb": 0.002, "blocks": 27.0}],
        "flames": [{"file": "flame.svg", "candles": 50, "samples": 4, "rate": 25, "seconds": 1.0}],
    }  # fmt: skip
    text = baseline_section.section(result)
    assert "**A candle takes 20 us." in text
    assert "66.7 % less, for 3 of 3 trades" in text
    assert "| means | 50.0 % |" in text
    assert "| rolling mean | 16 | 80.0 % | 12 | Objects. |" in text


def test_writing():
    assert [number(value) for value in (1234.5, 0.01234, 7, None, 1.5e-16)] == ["1,234", "0.0123", "7", "-", "1.5e-16"]
    assert (percent(0.1234), percent(0.99991)) == ("12.3 %", "99.991 %")
    assert table(("a", "b"), [(1, 2)]) == "| a | b |\n| --- | --: |\n| 1 | 2 |\n"
