"""What help and documentation show works as it is written."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import PackageNotFoundError, version

import polars as pl
import pytest
from cli.conftest import ROOT
from click.testing import CliRunner

import btcore as bt
from btcore.cli import app
from btcore.cli.command import Option

COMMANDS = [[], *([name] for name in app.commands)]


def help_of(command):
    return CliRunner().invoke(app, [*command, "--help"])


def documented(text):
    lines = text.replace("\\\n", " ").splitlines()
    return [line.strip("# ").split("#")[0] for line in lines if re.match(r"\s*(?:# )?btcore \w", line)]


TEXTS = {f"btcore {' '.join(command)}".strip(): help_of(command).output for command in COMMANDS}
TEXTS |= {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("docs/command-line.md", "examples/trend.py", "examples/reversal.py", "examples/experiment.toml")
}
EXAMPLES = [(source, line) for source, text in TEXTS.items() for line in documented(text)]


@pytest.fixture
def files(place):
    """The files that the examples name."""
    frame = bt.synthetic_candles(5_000, start="2018-06-04").to_polars()
    times = pl.col("timestamp").dt.strftime("%Y-%m-%d %H:%M:%S")
    frame.with_columns(times).write_csv(place / "EURUSD_M1.csv")
    frame.with_columns(pl.col("timestamp").alias("ts")).drop("timestamp").write_parquet(place / "ETHUSDT.parquet")
    for side in ("bid", "ask"):
        frame.with_columns(times + "+00:00").write_csv(place / f"GBPUSD_{side}.csv")
    for name in ("experiment", "Averages and reversals"):
        bt.run_batch(
            [bt.Simulation([bt.Order(5, "long")], bt.synthetic_candles(50))], name=name, executor="serial",
            store="runs", progress=False,
        )  # fmt: skip
    (place / "fx").mkdir()
    for seed, symbol in enumerate(["EURUSD", "USDJPY"]):
        bt.synthetic_candles(2_000, seed=seed).to_polars().write_parquet(place / "fx" / f"{symbol}_M1.parquet")


@pytest.mark.parametrize("source, line", EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_examples(btcore, files, source, line):
    arguments = [re.sub(r"^synthetic$", "synthetic:20000", word) for word in shlex.split(line)[1:]]
    ended = btcore(*arguments, *(["--candles", "2000"] if arguments == ["demo"] else []))
    assert ended.code == 0, ended.err


def test_there_are_examples_everywhere():
    assert {source for source, _ in EXAMPLES} == set(TEXTS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command):
    ended = help_of(command)
    assert ended.exit_code == 0
    assert max(map(len, ended.output.split("Examples:")[0].splitlines())) <= 80


def test_every_option_is_documented():
    text = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    options = [option for command in app.commands.values() for option in command.params if isinstance(option, Option)]
    missing = [name for option in options for name in option.opts if f"`{name}" not in text]
    assert missing == []


def test_no_command_shows_the_help(btcore):
    ended = btcore()
    assert (ended.code, ended.err) == (0, "") and "Commands:" in ended.out


def test_version(btcore, monkeypatch):
    try:
        expected = version("btcore")
    except PackageNotFoundError:
        expected = "1.2.3"
        monkeypatch.setitem(vars(bt), "__version__", expected)
    ended = btcore("--version")
    assert (ended.code, ended.out) == (0, f"btcore {expected}\n")
