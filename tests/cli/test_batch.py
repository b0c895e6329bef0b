"""`btcore batch`: the same numbers as the library; files of instruments, experiments in TOML, ledgers, failures."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest

import btcore as bt

TREND = "examples/trend.py:trend"
REVERSAL = "examples/reversal.py:reversal"
SHORT = ["batch", "--strategies", TREND, "--data", "synthetic:2000", "--executor", "serial"]
GRID = ["--grid", "fast=5,10", "--grid", "slow=20:40:10"]


def trend(fast=20, slow=50, stop=2.0, target=4.0):
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    up, down = bt.crosses_above(quick, calm), bt.crosses_below(quick, calm)
    return bt.Strategy(up, down, stop=stop * bt.atr(14), target=target * bt.atr(14))


def rows(ended):
    return json.loads(ended.out)["simulations"]


def parameters(ended):
    return [row["parameters"] for row in rows(ended)]


@pytest.fixture
def folder(place):
    """A folder with two instruments, in two formats."""
    data = place / "data"
    data.mkdir()
    for seed, name in enumerate(["DAT_EURUSD_M1.csv", "usdjpy.parquet"]):
        frame = bt.synthetic_candles(2_000, seed=seed).to_polars()
        if name.endswith("csv"):
            times = pl.col("timestamp").dt.strftime("%Y-%m-%d %H:%M:%S")
            frame.with_columns(times).write_csv(data / name)
        else:
            frame.write_parquet(data / name)
    return data


@pytest.mark.parametrize("executor", ["serial", "threads", "processes", "auto"])
def test_rows_are_what_the_library_computes(btcore, executor):
    ended = btcore(
        *SHORT[:-1], executor, *GRID, "--instruments", "3,EURUSD", "--spread", "0.00005", "--size", "10",
        "--workers", "2", "--json", "--store", "none",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    got = rows(ended)
    assert [(r["instrument"], r["parameters"]["fast"], r["parameters"]["slow"]) for r in got] == [
        (symbol, f, s) for symbol in ("SYNTH3", "EURUSD") for f in (5, 10) for s in (20, 30, 40)
    ]
    candles = bt.synthetic_candles(2_000, seed=3)
    for row in got[:6]:
        expected = bt.simulate(trend(**row["parameters"]), candles, costs=bt.Costs(spread=0.00005), size=10)
        assert row["status"] == "completed"
        assert row["rejected"] == dict(expected.rejected)
        for name, value in expected.stats.items():
            assert row["stats"][name] == (value if math.isfinite(value) else None), name


def test_the_json_object_has_stable_keys(btcore):
    got = json.loads(btcore(*SHORT, *GRID, "--json").out)
    assert list(got) == ["experiment", "ledger", "status", "seconds", "settings", "simulations"]
    assert (got["experiment"], got["ledger"], got["status"]) == (
        "experiment",
        "runs/experiment.sqlite",
        {"completed": 6},
    )
    assert list(got["simulations"][0]) == [
        "strategy", "instrument", "parameters", "status", "seconds", "stats", "rejected", "error",
    ]  # fmt: skip
    shown = json.loads(btcore("batch", "--show", "runs/experiment.sqlite", "--json").out)
    assert shown["simulations"] == got["simulations"]
    assert (shown["seconds"], shown["settings"]) == (None, None)


def test_the_table_is_sorted_and_cut(btcore):
    ended = btcore(*SHORT, *GRID, "--top", "4", "--sort", "trades")
    table = [line.split() for line in ended.out.splitlines()]
    start = next(k for k, words in enumerate(table) if words[:3] == ["fast", "slow", "Trades"])
    shown = table[start + 2 : start + 6]
    counts = [int(words[2]) for words in shown]
    assert counts == sorted(counts, reverse=True)
    assert "The best 4 of 6 by trades; --top shows more." in ended.out
    assert ended.out.startswith("experiment: 6 simulations, 6 completed; ")
    assert "--top" not in btcore(*SHORT, *GRID, "--top", "6").out


def test_what_is_better_low_is_sorted_from_below_and_nan_comes_last(btcore, strategy_file):
    file = strategy_file("def s(level=1.0):\n    return bt.Strategy(bt.close > level, max_bars=9)\n")
    run = ["batch", "--strategies", f"{file}:s", "--data", "synthetic:500", "--executor", "serial"]
    ended = btcore(*run, "--grid", "level=9.0,1.0,1.0999", "--sort", "win_rate")
    assert [line.split()[0] for line in ended.out.splitlines()[4:7]][-1] == "9"
    ended = btcore(*run, "--grid", "level=9.0,1.0,1.0999", "--sort", "max_drawdown")
    drawdowns = [line.split()[1] for line in ended.out.splitlines()[4:7]]
    assert drawdowns == sorted(drawdowns, key=float)
    assert ended.out.splitlines()[2].split()[:2] == ["level", "max_drawdown"]


def test_strategies_with_parameters_of_their_own(btcore):
    ended = btcore(
        "batch", "--strategies", f"{TREND},{REVERSAL}", "--data", "synthetic:1000", "--executor", "serial",
        "--grid", "trend.fast=5,60", "--grid", "reversal.window=30:50:10", "--set", "stop=2.5",
        "--where", "fast < slow", "--json",
    )  # fmt: skip
    assert [(r["strategy"], r["parameters"]["stop"]) for r in rows(ended)] == [("trend", 2.5)] + [("reversal", 2.5)] * 3
    assert parameters(ended)[0] == {"fast": 5, "slow": 50, "stop": 2.5, "target": 4.0}
    shown = btcore("batch", "--show", "runs/experiment.sqlite").out
    assert "Parameters" in shown and "window=30" in shown


def test_strategies_of_the_same_name_are_told_apart_by_their_files(btcore, strategy_file, place):
    text = "from helper_of_it import bars\ndef s(n=1):\n    return bt.Strategy(bt.close > 0, max_bars=bars)\n"
    for name in ("one.py", "two.py"):
        strategy_file(text, name)
    (place / "other").mkdir()
    (place / "other" / "two.py").write_text((place / "two.py").read_text())
    strategy_file("bars = 2\n", "helper_of_it.py")
    (place / "other" / "helper_of_it.py").write_text("bars = 5\n")
    run = ["batch", "--data", "synthetic:500", "--executor", "processes", "--workers", "1", "--json"]
    ended = btcore(*run, "--strategies", "one.py:s,two.py:s", "--grid", "one:s.n=1,2")
    assert [r["strategy"] for r in rows(ended)] == ["one:s", "one:s", "two:s"]
    ended = btcore(*run, "--strategies", "two.py:s,other/two.py:s")
    assert [(r["strategy"], round(r["stats"]["average_bars"])) for r in rows(ended)] == [
        ("two.py:s", 2), ("other/two.py:s", 5),
    ]  # fmt: skip


def test_strategies_that_are_no_functions(btcore, strategy_file):
    file = strategy_file("s = bt.Strategy(bt.close > 0, max_bars=3)\norders = [bt.Order(5, 'long', max_bars=2)]\n")
    run = ["batch", "--strategies", f"{file}:s,{file}:orders", "--data", "synthetic:300"]
    ended = btcore(*run, "--workers", "1", "--json")
    assert [r["status"] for r in rows(ended)] == ["completed"] * 2


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5:20:5", [5, 10, 15, 20]),
        ("20:5:-5", [20, 15, 10, 5]),
        ("5:19:5", [5, 10, 15]),
        ("0.1:0.5:0.1", [0.1, 0.2, 0.3, 0.4, 0.5]),
        ("1:2:0.5", [1.0, 1.5, 2.0]),
        ("5,7, 10:20:5", [5, 7, 10, 15, 20]),
        ("5,5,5", [5]),
        ("slow,0.5,true", ["slow", 0.5, True]),
        ("08:00,09:30", ["08:00", "09:30"]),
        ("-3", [-3]),
        ("1.5..2.5", (1.5, 2.5)),
    ],
)  # fmt: skip
def test_values_of_a_grid(text, values):
    from btcore.cli.parameters import grid_values

    got = grid_values(text)
    assert got == values and [type(v) for v in got] == [type(v) for v in values]


def test_sets_by_chance(btcore):
    options = ["--grid", "fast=5:30:1", "--grid", "stop=1.0..3.0", "--random", "12", "--where", "fast < slow", "--json"]
    one, other = (parameters(btcore(*SHORT, *options, "--seed", seed)) for seed in (1, 2))
    assert len(one) == 12 and one != other
    assert one == parameters(btcore(*SHORT, *options, "--seed", "1"))
    assert all(1.0 <= p["stop"] < 3.0 and p["fast"] in range(5, 31) for p in one)
    assert len(parameters(btcore(*SHORT, "--grid", "fast=5,6", "--random", "12", "--json"))) == 2


def test_constraints(btcore):
    assert [(p["fast"], p["slow"]) for p in parameters(
        btcore(*SHORT, "--grid", "fast=20,30", "--grid", "slow=30,40", "--where", "fast + max(5, 0) < slow", "--json")
    )] == [(20, 30), (20, 40), (30, 40)]  # fmt: skip


def test_files_are_found_by_the_symbols_in_their_names(btcore, folder):
    ended = btcore(
        "batch", "--strategies", TREND, "--data", folder, "--instruments", "EURUSD,USDJPY", "--tz", "UTC",
        "--spread", "EURUSD=0.00005,USDJPY=0.0001", "--tick", "EURUSD=0.00001,USDJPY=0.00001", "--json",
        "--executor", "serial",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    for seed, (row, spread) in enumerate(zip(rows(ended), (0.00005, 0.0001), strict=True)):
        expected = bt.simulate(trend(), bt.synthetic_candles(2_000, seed=seed), costs=bt.Costs(spread=spread))
        assert (row["instrument"], row["stats"]["net"]) == (["EURUSD", "USDJPY"][seed], expected.stats["net"])
    again = btcore(
        "batch", "--strategies", TREND, "--data", folder, "--instruments", "EURUSD,USDJPY", "--tz", "UTC",
        "--executor", "serial",
    )  # fmt: skip
    assert "amounts are in the currency of each instrument's prices" in again.out


def test_one_file_patterns_and_saved_candles(btcore, folder):
    bt.synthetic_candles(500).save(folder / "saved_SYNTH")
    run = ["batch", "--strategies", TREND, "--executor", "serial", "--json", "--store", "none"]
    cases = [
        (["--data", folder / "usdjpy.parquet"], "usdjpy"),
        (["--data", folder / "usdjpy.parquet", "--instruments", "YEN"], "YEN"),
        (["--data", folder / "*_M1.csv", "--instruments", "EURUSD", "--tz", "UTC"], "EURUSD"),
        (["--data", folder, "--instruments", "synth", "--timeframe", "5min"], "SYNTH"),
        (["--data", folder / "saved_SYNTH"], "SYNTH"),
    ]
    for options, symbol in cases:
        ended = btcore(*run, *options)
        assert ended.code == 0, ended.err
        assert [row["instrument"] for row in rows(ended)] == [symbol]


def test_ask_files(btcore, folder):
    (folder / "ask").mkdir()
    frame = bt.synthetic_candles(2_000, seed=1).to_polars()
    prices = [(pl.col(name) + 0.0001).round(5) for name in ("open", "high", "low", "close")]
    frame.with_columns(*prices).write_parquet(folder / "ask" / "USDJPY_ask.parquet")
    ended = btcore(
        "batch", "--strategies", TREND, "--data", folder, "--ask", folder / "ask", "--instruments", "USDJPY",
        "--executor", "serial", "--json",
    )  # fmt: skip
    candles = bt.read_candles(folder / "usdjpy.parquet", ask=folder / "ask" / "USDJPY_ask.parquet")
    expected = bt.simulate(trend(), candles)
    assert rows(ended)[0]["stats"]["net"] == expected.stats["net"]


def test_words_come_before_parts_of_words(btcore, place):
    for name in ("BTCUSD_1m.parquet", "BTCUSDT_1m.parquet"):
        bt.synthetic_candles(200).to_polars().write_parquet(place / name)
    run = ["batch", "--strategies", TREND, "--executor", "serial", "--json", "--data", "*.parquet"]
    for symbol in ("BTCUSD", "BTC/USD"):
        ended = btcore(*run, "--instruments", symbol)
        assert [(r["instrument"], r["stats"]["trades"] > 0) for r in rows(ended)] == [(symbol, True)]
    ended = btcore(*run, "--instruments", "BTC")
    assert "BTC is in BTCUSDT_1m.parquet, BTCUSD_1m.parquet" in ended.err
    assert "--data" in ended.err and "pattern" in ended.err


def test_what_is_finished_is_not_run_again(btcore, strategy_file):
    text = "def s(n):\n    return bt.Strategy(bt.close > 0, max_bars=n)\n"
    run = ["batch", "--strategies", strategy_file(text) + ":s", "--data", "synthetic:300", "--executor", "serial"]
    first = btcore(*run, "--grid", "n=2,3", "--json")
    again = btcore(*run, "--grid", "n=2,3,4")
    assert "3 simulations, 3 completed, 2 of them known from before" in again.out
    assert rows(btcore(*run, "--grid", "n=2,3,4", "--json"))[:2] == rows(first)
    fresh = btcore(*run, "--grid", "n=2,3", "--store", "other")
    assert "known" not in fresh.out and "other/experiment.sqlite" in fresh.out


def test_trades_are_kept(btcore, place):
    ended = btcore(*SHORT, "--trades", "--experiment-name", "My Experiment")
    assert "runs/My-Experiment.sqlite" in ended.out
    (file,) = (place / "runs" / "My-Experiment-trades").glob("*.parquet")
    assert len(pl.read_parquet(file)) == len(bt.simulate(trend(), bt.synthetic_candles(2_000)).trades)


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_the_whole_table_is_written(btcore, place, name):
    ended = btcore(*SHORT, *GRID, "--top", "1", f"--{name.partition('.')[2]}", name)
    assert f"the whole table was written to {name}" in ended.out
    frame = (pl.read_csv if name.endswith("csv") else pl.read_parquet)(place / name)
    assert frame["slow"].to_list() == [20, 30, 40] * 2
    assert frame.columns[:7] == ["strategy", "instrument", "fast", "slow", "stop", "target", "status"]


FAILING = """
def s(n):
    if n % 2:
        raise LookupError(f"no {n % 3}\\nto be had")
    return bt.Strategy(bt.close > 0, max_bars=n)
"""


@pytest.fixture
def failing(strategy_file):
    return ["batch", "--strategies", strategy_file(FAILING) + ":s", "--data", "synthetic:300", "--executor", "serial"]


def test_failures_are_listed_below_the_table(btcore, failing):
    ended = btcore(*failing, "--grid", "n=1:8:1")
    assert ended.code == 0
    assert "8 simulations, 4 completed, 4 failed" in ended.out
    assert "4 failed:\n  LookupError: no 1 to be had (mine.py, line 5): 2 times, first SYNTH s(n=1)\n" in ended.out
    assert "Traceback" not in ended.out
    debug = btcore(*failing, "--grid", "n=1:8:1", "--debug")
    assert debug.out.count("Traceback") == 3
    assert "raise LookupError" in debug.out
    failed = rows(btcore(*failing, "--grid", "n=1:8:1", "--json"))[0]
    assert failed["error"] == {"kind": "LookupError", "message": "no 1\nto be had"}
    assert (failed["stats"], failed["status"]) == (None, "failed")


def test_exit_codes(btcore, failing):
    assert btcore(*failing, "--grid", "n=2,3").code == 0
    assert btcore(*failing, "--grid", "n=2,3", "--strict").code == 1
    assert btcore(*failing, "--grid", "n=2,4", "--strict").code == 0
    assert btcore(*failing, "--grid", "n=3,5").code == 1  # nothing came of it
    late = btcore(*failing, "--grid", "n=2,4", "--start", "2030-01-01")
    assert (late.code, "evaluation window [300, 300)" in late.out) == (1, True)
    assert btcore("batch", "--show", "runs/experiment.sqlite").code == 1
    assert btcore(*failing, "--grid", "n=3,4", "--strict", "--json").code == 1


def test_a_strategy_that_leaves_or_gives_nothing_fails_alone(btcore, strategy_file):
    text = (
        "def s(n):\n    if n == 1:\n        raise SystemExit('enough')\n"
        "    return bt.Strategy(bt.close > 0, max_bars=2) if n else None\n"
    )
    run = ["batch", "--strategies", strategy_file(text) + ":s", "--data", "synthetic:300", "--workers", "1"]
    ended = btcore(*run, "--grid", "n=0,1,2", "--json")
    assert [r["error"] and r["error"]["message"] for r in rows(ended)] == [
        "mine.py:s() returned None, which is neither a strategy nor a list of orders",
        "mine.py, line 4: SystemExit: enough",
        None,
    ]


def test_what_strategies_print_stays_out_of_stdout(process, strategy_file):
    text = "print('loading')\ndef s(n):\n    print('making')\n    return bt.Strategy(bt.close > 0, max_bars=n)\n"
    file = strategy_file(text)
    for executor in ("processes", "threads"):
        ended = process(
            "batch", "--strategies", f"{file}:s", "--data", "synthetic:300", "--grid", "n=2:9:1", "--json",
            "--executor", executor, "--workers", "2", "--no-progress",
        )  # fmt: skip
        assert len(rows(ended)) == 8
        assert ended.err.replace("loading", "").replace("making", "").split() == []
        assert "making" in ended.err


TOML = """
name = "From a file"
strategies = ["examples/trend.py:trend"]
data = "synthetic:1000"
instruments = [1, 2]
spread = { SYNTH1 = 0.0001, SYNTH2 = 0.0002 }
executor = "serial"
start = 2000-01-03
trades = true
where = "fast < slow"
top = 3

[grid]
fast = "5:15:5"
slow = [10, 20]

[set]
stop = 3
"""


def test_experiments_in_toml(btcore, place):
    (place / "night.toml").write_text(TOML)
    ended = btcore("batch", "night.toml", "--json")
    assert ended.code == 0, ended.err
    got = json.loads(ended.out)
    assert (got["experiment"], got["ledger"]) == ("From a file", "runs/From-a-file.sqlite")
    assert got["settings"]["spread"] == {"SYNTH1": 0.0001, "SYNTH2": 0.0002}
    assert [(p["fast"], p["slow"], p["stop"]) for p in parameters(ended)] == [
        (5, 10, 3), (5, 20, 3), (10, 20, 3), (15, 20, 3),
    ] * 2  # fmt: skip
    expected = bt.simulate(trend(5, 10, 3), bt.synthetic_candles(1_000, seed=2), costs=bt.Costs(spread=0.0002))
    assert rows(ended)[4]["stats"]["net"] == expected.stats["net"]
    assert len(list((place / "runs" / "From-a-file-trades").iterdir())) == 8


def test_the_command_line_wins_over_the_file(btcore, place):
    (place / "deep").mkdir()
    (place / "deep" / "night.toml").write_text(TOML.replace("examples/", "../examples/"))
    ended = btcore(
        "batch", "deep/night.toml", "--grid", "fast=7", "--set", "stop=1", "--set", "target=2", "--instruments", "5",
        "--experiment-name", "other", "--spread", "0", "--json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["experiment"] == "other"
    assert parameters(ended) == [{"fast": 7, "slow": slow, "stop": 1, "target": 2} for slow in (10, 20)]


def test_the_name_of_the_file_is_the_name_of_the_experiment(btcore, place):
    (place / "night.toml").write_text(TOML.replace('name = "From a file"', ""))
    assert json.loads(btcore("batch", "night.toml", "--json").out)["experiment"] == "night"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("worker = 2", "there is no key 'worker'; did you mean 'workers'?"),
        ("xyz = 2", "there is no key 'xyz'; keys are "),
        ("json = true", "there is no key 'json'"),
        ("trades = 'yes'", "trades is true or false"),
        ("workers = 'two'", "--workers"),
        ("grid = 5", "grid is a table"),
        ("[grid]\nfast = []", "fast has no values"),
        ("[grid]\nfast = '5:1:1'", "fast: '5:1:1' is no range"),
        ("[grid.trend.fast]\na = 1", "[grid.trend.fast] is a table too deep"),
        ("[grid.trnd]\nfast = 1", "there is no strategy trnd; strategies are trend"),
        ("= 3", "night.toml is no TOML"),
    ],
)
def test_files_that_are_wrong(btcore, place, line, message):
    (place / "night.toml").write_text(
        "strategies = ['examples/trend.py:trend']\ndata = 'synthetic:300'\nexecutor = 'serial'\n" + line + "\n"
    )
    ended = btcore("batch", "night.toml")
    assert ended.code in (1, 2) and message in ended.err
    assert (ended.out, ended.err.count("\n")) == ("", 1)


B = ["batch", "--strategies", TREND, "--executor", "serial", "--data"]
S = [*B, "synthetic:300"]


@pytest.mark.parametrize(
    ("arguments", "code", "messages"),
    [
        (["batch"], 2, ["--strategies is missing"]),
        (["batch", "none.toml"], 2, ["none.toml"]),
        (["batch", "--strategies", TREND], 2, ["--data is missing", "--data synthetic"]),
        ([*S, "--grid", "speed=1,2"], 2, ["trend has no parameter speed; its parameters are: fast=20, slow=50"]),
        ([*S, "--set", "speed=1"], 2, ["trend has no parameter speed"]),
        ([*S, "--strategies", f"{TREND},{REVERSAL}", "--grid", "fast=1"], 2,
         ["reversal has no parameter fast", "reversal.NAME=... is for reversal alone"]),
        ([*S, "--strategies", f"{TREND},{TREND}"], 2, ["is given twice"]),
        ([*S, "--strategies", "examples/trend.py:trnd"], 2, ["it has no 'trnd'"]),
        ([*S, "--strategies", f"{TREND},,"], 2, ["a name is missing"]),
        ([*S, "--grid", "fast=5", "--set", "fast=6"], 2, ["fast is given twice, as a grid and as one value"]),
        ([*S, "--grid", "fast=5", "--grid", "fast=6"], 2, ["fast is given twice"]),
        ([*S, "--grid", "fast"], 2, ["is not name=value"]),
        ([*S, "--grid", "fast="], 2, ["a value is missing"]),
        ([*S, "--grid", "fast=5:1:1"], 2, ["'5:1:1' is no range"]),
        ([*S, "--grid", "fast=1:5:0"], 2, ["'1:5:0' is no range"]),
        ([*S, "--grid", "fast=1:5:nan"], 2, ["is no range"]),
        ([*S, "--grid", "fast=0:1:1e-9"], 2, ["1,000,000,001 values"]),
        ([*S, "--grid", "fast=a..b"], 2, ["'a..b' is no range"]),
        ([*S, "--grid", "fast=1..5"], 2, ["--grid fast", "--random"]),
        ([*S, "--grid", "fast=1:5000:1", "--grid", "slow=1:5000:1"], 2, ["25,000,000 sets", "--random"]),
        ([*S, "--where", "fast <"], 2, ["--where", "is no condition"]),
        ([*S, "--where", "1 < 2"], 2, ["names no parameter"]),
        ([*S, "--where", "speed > 1"], 2, ["no strategy has a parameter speed"]),
        ([*S, "--where", "fast > speed"], 2, ["trend has no parameter speed"]),
        ([*S, "--where", "fast > 50"], 2, ["leaves no set of parameters of trend"]),
        ([*S, "--where", "fast > 'x'"], 2, ["--where", "TypeError", "fast=20"]),
        ([*S, "--grid", "fast=1:9:1", "--random", "5", "--where", "fast > 7"], 2, ["only 2 different sets"]),
        ([*S, "--random", "0"], 2, ["--random"]),
        ([*S, "--sort", "sharp"], 2, ["--sort sharp", "did you mean sharpe?"]),
        ([*S, "--sort", "xyz"], 2, ["--sort xyz", "win_rate"]),
        ([*S, "--workers", "0"], 2, ["--workers"]),
        ([*S, "--executor", "cluster"], 2, ["--executor"]),
        ([*S, "--memory-limit", "2GB"], 2, ["--memory-limit", "--executor"]),
        ([*S, "--csv", "none/x.csv"], 2, ["no folder none"]),
        ([*S, "--instruments", "A,A"], 2, ["A is given twice"]),
        ([*S, "--spread", "EURUSD=1"], 2, ["--spread", "EURUSD"]),
        ([*S, "--spread", "much"], 2, ["--spread", "EURUSD=0.00005"]),
        ([*S, "--spread", "-1"], 2, ["spread"]),
        ([*S, "--instruments", "1,2", "--spread", "SYNTH1=0.1"], 2, ["--spread has no amount for SYNTH2"]),
        ([*S, "--tz", "UTC"], 2, ["takes no --tz"]),
        ([*B, "nowhere"], 1, ["--data nowhere: there is no such folder"]),
        ([*B, "examples"], 2, ["--instruments is missing: examples holds experiment.toml, reversal.py, trend.py"]),
        ([*B, "examples", "--instruments", "EURUSD,GBPUSD"], 1,
         ["no file has EURUSD in its name; no file has GBPUSD in its name; it holds experiment.toml, reversal.py"]),
        ([*B, "examples", "--instruments", "re"], 1, ["re is in reversal.py, trend.py"]),
        ([*B, "examples/*.py", "--instruments", "trend"], 1, ["trend.py"]),
        (["batch", "--show", "none.sqlite"], 2, ["none.sqlite"]),
        (["batch", "--show", "examples"], 1, ["holds 0 ledgers"]),
        (["batch", "--show", "examples/trend.py"], 1, ["is no ledger"]),
        (["batch", "--show", "examples", "--grid", "fast=5"], 2, ["--show runs nothing and takes no --grid"]),
    ],
)  # fmt: skip
def test_errors_are_one_line(btcore, arguments, code, messages):
    ended = btcore(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("Error: ") and ended.err.count("\n") == 1, ended.err
    for message in messages:
        assert message in ended.err


def test_a_hundred_and_fifty_instruments_are_not_too_many(process, place):
    folder = place / "saved"
    for seed in range(150):
        bt.synthetic_candles(50, seed=seed, symbol=f"S{seed}").save(folder / f"S{seed}")
    names = ",".join(f"S{seed}" for seed in range(150))
    ended = process(
        "batch", "--strategies", TREND, "--data", "saved", "--instruments", names, "--executor", "serial", "--json",
        "--store", "none", "--no-progress",
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    assert len(rows(ended)) == 150
