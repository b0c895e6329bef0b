"""`path/to/file.py:name` and its parameters."""

from __future__ import annotations

import json

import pytest

TREND = """
def trend(fast, slow=9, stop=0.001, note="x"):
    assert isinstance(fast, int)
    return bt.Strategy(bt.crosses_above(bt.ema(bt.close, fast), bt.ema(bt.close, slow)), stop=stop)

fixed = bt.Strategy(bt.close > bt.open, max_bars=3)
orders = [bt.Order(5, "long", max_bars=2)]

def listed():
    return [bt.Order(5, "long"), bt.Exit(9)]

def nothing():
    return None

def anything(**values):
    return bt.Strategy(bt.close > values["level"], max_bars=1)

def broken(fast=1):
    levels = {}
    return levels["stop"]

def wrong(fast=1):
    return bt.Strategy(stop=1)

def asks(fast=1):
    return bt.ema(bt.close, -fast)

def leaves():
    raise SystemExit("enough")

class Window(bt.WindowStrategy):
    window = 5

    def __init__(self, bars=3):
        self.bars = bars

    def on_candle(self, window):
        if not window.positions:
            return bt.Order(window.index, "long", max_bars=self.bars)

ready = Window(2)
"""


@pytest.fixture
def run(btcore, strategy_file):
    file = strategy_file(TREND)
    return lambda name, *more: btcore("run", f"{file}:{name}", "--data", "synthetic:300", *more)


@pytest.mark.parametrize(
    "name, settings",
    [
        ("trend", ["fast=3"]),
        ("fixed", []),
        ("orders", []),
        ("listed", []),
        ("anything", ["level=1.1"]),
        ("Window", ["bars=4"]),
        ("Window", []),
        ("ready", []),
    ],
)
def test_what_can_be_run(run, name, settings):
    ended = run(name, *(part for setting in settings for part in ("--set", setting)), "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["strategy"]["name"] == name


def test_parameters_are_parsed_and_defaults_recorded(run):
    ended = run("trend", "--set", "fast=4", "--set", "stop=0.002", "--set", "note=true", "--json")
    parameters = json.loads(ended.out)["strategy"]["parameters"]
    assert parameters == {"fast": 4, "slow": 9, "stop": 0.002, "note": True}
    assert [type(value) for value in parameters.values()] == [int, int, float, bool]


@pytest.mark.parametrize(
    "name, settings, code, message",
    [
        ("trend", ["fast=3", "slwo=4"], 2,
         "trend has no parameter slwo; its parameters are: fast, slow=9, stop=0.001, note='x'"),
        ("trend", [], 2, "trend needs --set fast=...; its parameters are: fast, slow=9, stop=0.001, note='x'"),
        ("trend", ["fast=3", "fast=4"], 2, "fast is given twice"),
        ("trend", ["fast"], 2, "'fast' is not name=value"),
        ("trend", ["fast=3.5"], 1, "mine.py, line 4: AssertionError"),
        ("fixed", ["fast=3"], 2, "fixed takes no parameters (fast was set)"),
        ("listed", ["fast=3"], 2, "listed has no parameter fast; its parameters are: none"),
        ("nothing", [], 1, "mine.py:nothing() returned None, which is neither a strategy nor a list of orders"),
        ("broken", [], 1, "mine.py, line 21: KeyError: 'stop'"),
        ("wrong", [], 1, "mine.py, line 24: a strategy needs enter_long or enter_short"),
        ("asks", [], 1, "mine.py, line 27: span must be a number >= 1, got -1"),
        ("leaves", [], 1, "mine.py, line 30: SystemExit: enough"),
        ("trnd", [], 2, "mine.py: it has no 'trnd'; it holds trend, fixed, "),
        ("", [], 2, "mine.py: name the strategy in it; it holds trend, fixed, "),
        ("TREND", [], 2, "it has no 'TREND'"),
    ],
)  # fmt: skip
def test_what_cannot_be_run(run, name, settings, code, message):
    ended = run(name, *(part for setting in settings for part in ("--set", setting)))
    assert (ended.code, ended.out) == (code, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1 and ended.err.startswith("Error: ")


@pytest.mark.parametrize(
    "text, message",
    [
        ("x = (1,\n", "mine.py, line 2: SyntaxError: '(' was never closed"),
        ("import not_there_at_all\n", "mine.py, line 2: ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("x = 1\n1 / 0\n", "mine.py, line 3: ZeroDivisionError: division by zero"),
    ],
)
def test_files_that_cannot_be_executed(btcore, strategy_file, text, message):
    ended = btcore("run", strategy_file(text) + ":trend", "--data", "synthetic:300")
    assert (ended.code, ended.out, ended.err) == (1, "", f"Error: {message}\n")


def test_an_array_that_does_not_fit_is_told(btcore, strategy_file):
    file = strategy_file("import numpy\ns = bt.Strategy(numpy.ones(7, bool))\n")
    ended = btcore("run", f"{file}:s", "--data", "synthetic:300")
    assert ended.code == 1 and "7" in ended.err and "300" in ended.err


def test_neighbours_can_be_imported(btcore, strategy_file):
    strategy_file("rising = bt.close > bt.open\n", "neighbour_of_mine.py")
    file = strategy_file("from neighbour_of_mine import rising\ns = bt.Strategy(rising, max_bars=1)\n")
    assert btcore("run", f"{file}:s", "--data", "synthetic:300").code == 0


def test_what_the_file_prints_stays_out_of_stdout(process, strategy_file):
    file = strategy_file("print('loading')\ndef s():\n    print('making')\n    return bt.Strategy(bt.close > 0)\n")
    ended = process("run", f"{file}:s", "--data", "synthetic:300", "--json")
    assert json.loads(ended.out)["stats"]["trades"] > 0
    assert ended.err.split() == ["loading", "making"]


def test_an_edited_file_is_read_again(btcore, strategy_file):
    for bars in (2, 3, 2):
        file = strategy_file(f"s = bt.Strategy(bt.close > bt.open, max_bars={bars})\n")
        ended = btcore("run", f"{file}:s", "--data", "synthetic:300", "--json")
        assert json.loads(ended.out)["stats"]["average_bars"] == pytest.approx(bars, abs=0.1)


def test_a_reference_with_colons_in_its_path(btcore, strategy_file, place):
    file = place / strategy_file("s = bt.Strategy(bt.close > bt.open, max_bars=1)\n")
    assert btcore("run", f"{file}:s", "--data", "synthetic:300").code == 0
    assert "name the strategy in it; it holds s, e.g." in btcore("run", file, "--data", "synthetic:300").err
