"""What goes wrong is one line on stderr that names what and the remedy, and an exit code by convention."""

from __future__ import annotations

import pytest

TREND = "examples/trend.py:trend"
SHORT = ["run", TREND, "--data", "synthetic:300"]


@pytest.mark.parametrize(
    "arguments, code, messages",
    [
        (["run"], 2, ["STRATEGY", "btcore run --help"]),
        (["run", TREND], 2, ["--data is missing", "--data synthetic"]),
        (["run", "--data", "synthetic"], 2, ["STRATEGY"]),
        (["walk"], 2, ["walk", "btcore --help"]),
        ([*SHORT, "--bogus"], 2, ["--bogus"]),
        (["run", "none.py:trend", "--data", "synthetic"], 2, ["none.py: no such file"]),
        (["run", TREND, "--data", "none.csv"], 1, ["none.csv cannot be read"]),
        (["run", TREND, "--data", "."], 1, ["cannot be read"]),
        (["run", TREND, "--data", "examples/trend.py"], 1, ["examples/trend.py", "--format"]),
        (["run", TREND, "--data", "naive.csv"], 1, ["naive.csv", "pass --tz,"]),
        (["run", TREND, "--data", "naive.csv", "--tz", "Mars/Base"], 2, ["Mars/Base", "America/New_York"]),
        (
            ["run", TREND, "--data", "naive.csv", "--tz", "UTC", "--format", "x"],
            2,
            ["parquet", "'x'"],
        ),
        (["run", TREND, "--data", "naive.csv", "--tz", "UTC", "--tick", "0.3"], 1, ["naive.csv", "0.3"]),
        (["run", TREND, "--data", "naive.csv", "--tz", "UTC", "--repair", "x"], 2, ["--repair", "keep_first"]),
        (["run", TREND, "--data", "naive.csv", "--tz", "UTC", "--ask", "none.csv"], 1, ["none.csv"]),
        (["run", TREND, "--data", "synthetic:0"], 2, ["synthetic:500000"]),
        (["run", TREND, "--data", "synthetic:many"], 2, ["synthetic:500000"]),
        ([*SHORT, "--tz", "UTC"], 2, ["takes no --tz"]),
        ([*SHORT, "--column", "timestamp=t"], 2, ["takes no --column"]),
        ([*SHORT, "--timeframe", "7x"], 2, ["7x", "1h"]),
        ([*SHORT, "--start", "yesterday"], 2, ["yesterday"]),
        ([*SHORT, "--start", "2030-01-01"], 2, ["300"]),
        ([*SHORT, "--size", "0"], 2, ["--size", "percent:10"]),
        ([*SHORT, "--size", "half:3"], 2, ["--size", "risk:1"]),
        ([*SHORT, "--size", "nan"], 2, ["--size"]),
        ([*SHORT, "--commission", "-1"], 2, ["--commission", "unit:0.005"]),
        ([*SHORT, "--commission", "1,2"], 2, ["--commission"]),
        ([*SHORT, "--commission", "lot:2"], 2, ["--commission"]),
        ([*SHORT, "--spread", "-1"], 2, ["spread", "-1"]),
        ([*SHORT, "--cash", "0"], 2, ["cash"]),
        ([*SHORT, "--trades", "x.xls"], 2, ["x.xls", ".csv or .parquet"]),
        ([*SHORT, "--trades", "none/x.csv"], 2, ["no folder none"]),
        ([*SHORT, "--show-trades", "-1"], 2, ["--show-trades"]),
        (["demo", "--candles", "0"], 2, ["--candles"]),
        (["demo", "--candles", "some"], 2, ["--candles", "some"]),
    ],
)
def test_errors_are_one_line(btcore, place, arguments, code, messages):
    (place / "naive.csv").write_text("time,open,high,low,close\n2024-01-02 10:00:00,1,2,0.5,1.5\n")
    ended = btcore(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("Error: ") and ended.err.count("\n") == 1
    for message in messages:
        assert message in ended.err


def test_debug_shows_the_traceback(process, strategy_file):
    file = strategy_file("def s():\n    return 1 / 0\n")
    plain = process("run", f"{file}:s", "--data", "synthetic:300")
    assert (plain.code, plain.err) == (1, "Error: mine.py, line 3: ZeroDivisionError: division by zero\n")
    debug = process("run", f"{file}:s", "--data", "synthetic:300", "--debug")
    assert debug.code == 1 and "Traceback" in debug.err and "return 1 / 0" in debug.err


def test_the_unexpected_says_how_to_learn_more(btcore, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("out of\nluck")

    monkeypatch.setattr("btcore.cli.run.simulate", fail)
    ended = btcore(*SHORT)
    assert ended.code == 1
    assert ended.err == "Error: unexpected RuntimeError: out of; luck; run it again with --debug for the traceback\n"


def test_a_trades_file_that_cannot_be_written(btcore, place):
    (place / "taken.csv").mkdir()
    assert btcore(*SHORT, "--trades", "taken.csv").code == 2


def test_a_cache_that_cannot_be_written_is_a_warning(process, place):
    (place / "naive.csv").write_text("time,open,high,low,close\n2024-01-02 10:00:00,1,2,0.5,1.5\n")
    (place / "file").write_text("")
    options = ["--tz", "UTC", "--json"]
    ended = process("run", TREND, "--data", "naive.csv", *options, BTCORE_CACHE=str(place / "file"))
    assert ended.code == 0
    assert ended.err.startswith("Warning: candles could not be cached in ") and ended.err.count("\n") == 1
