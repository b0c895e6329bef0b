"""`btcore profile`: the table and the flame graph."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

import btcore as bt
from btcore.cli.flame import LEAST, WIDTH, flame_graph
from btcore.cli.profile import stacks
from btcore.plan import Conditions
from btcore.profiling import Profile, Stage, profile

TREND = "examples/trend.py:trend"
DATA = ["--data", "synthetic:3000"]


def test_the_table(btcore):
    ended = btcore("profile", TREND, *DATA, "--set", "fast=10", "--repeat", "2")
    assert (ended.code, ended.err) == (0, "")
    stages = [re.split(r"\s{2,}", line.strip())[0] for line in ended.out.splitlines()]
    wanted = ("load", "checks and ticks", "zone map", "simulation", "plan", "operators", "statistics")
    assert [stage for stage in stages if stage in wanted] == list(wanted)
    assert "ema(close, 10), ema(close, 50), atr(14)" in ended.out
    assert "timed 2 times" in ended.out
    trades = len(bt.simulate(bt.Strategy(*_crosses(10, 50), stop=2 * bt.atr(14), target=4 * bt.atr(14)),
                             bt.synthetic_candles(3000)).trades)  # fmt: skip
    assert f"Note: {trades} trades" in ended.out


def _crosses(fast, slow):
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    return bt.crosses_above(quick, calm), bt.crosses_below(quick, calm)


def test_the_flame_graph(btcore, place):
    ended = btcore("profile", TREND, *DATA, "--flame", "trend.svg")
    assert ended.code == 0
    picture = ElementTree.fromstring((place / "trend.svg").read_text(encoding="utf-8"))
    hints = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert len([hint for hint in hints if hint.startswith("simulation: ")]) == 2  # alone, and with the rest
    assert any(hint.startswith("load: ") for hint in hints)
    assert any(hint.startswith("true_range(high, low, close): ") for hint in hints)


def test_strategies_of_all_kinds(btcore, strategy_file):
    text = """
orders = [bt.Order(3, 1, max_bars=5)]
class Rising(bt.WindowStrategy):
    window = 3
    def on_candle(self, window):
        return window.buy(max_bars=5) if window.close[-1] > window.close[0] else None
class Broken(bt.WindowStrategy):
    window = 3
    def on_candle(self, window):
        raise KeyError("mine")
"""
    file = strategy_file(text)
    assert "signals, levels, orders, fills" in btcore("profile", f"{file}:orders", *DATA).out
    assert "the strategy's function, orders, fills" in btcore("profile", f"{file}:Rising", *DATA).out
    ended = btcore("profile", f"{file}:Broken", *DATA)
    assert (ended.code, ended.out) == (1, "")
    assert "KeyError: 'mine'" in ended.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--flame", "trend.png"], "the name must end in .svg"),
        (["--flame", "nowhere/trend.svg"], "there is no folder nowhere"),
        (["--repeat", "0"], "--repeat"),
    ],
)
def test_wrong_usage(btcore, arguments, message):
    ended = btcore("profile", TREND, *DATA, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_stacks_hold_all_the_time():
    found = profile([bt.Order(3, 1, max_bars=5)], bt.synthetic_candles(100), Conditions(end=100))
    reading = (Stage("reading", 0.5), Stage("checks and ticks", 0.25))
    weights = stacks(reading, found)
    assert weights["load", "reading"] == 500.0
    whole = 0.75 + found.seconds + sum(stage.seconds for stage in found.once)
    assert sum(weights.values()) == pytest.approx(whole * 1e3)
    assert sum(stacks((), found, once=False).values()) == pytest.approx(found.seconds * 1e3)


def test_equal_names_are_added():
    parts = (Stage("sma", 1.0), Stage("sma", 2.0))
    found = Profile((), (Stage("operators", 3.0, parts),), 1, 0, 0)
    assert stacks((), found) == {("simulation", "operators", "sma"): 3000.0}


def frames(picture):
    """(name, x, width) of each frame of a flame graph."""
    found = re.findall(r"<title>(.*?): .*?</title><rect x=\"([\d.]+)\" y=\"\d+\" width=\"([\d.]+)\"", picture)
    return {name: (float(x), float(width)) for name, x, width in found}


def test_frames_are_as_wide_as_their_share():
    picture = flame_graph({("a", "b"): 3.0, ("a",): 1.0, ("c & d",): 4.0}, "title <&>", "ms")
    drawn = frames(picture)
    whole = drawn["all"][1]
    assert drawn["a"][1] == drawn["c &amp; d"][1] == pytest.approx(whole / 2)
    assert drawn["b"] == (drawn["a"][0], pytest.approx(whole * 3 / 8))
    ElementTree.fromstring(picture)
    assert "title &lt;&amp;&gt;" in picture


def test_frames_too_narrow_to_see_are_left_out():
    share = LEAST / WIDTH / 4
    drawn = frames(flame_graph({("wide",): 1.0, ("narrow",): share}, "title", "ms"))
    assert set(drawn) == {"all", "wide"}


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="no stack has a weight"):
        flame_graph({}, "title", "ms")
