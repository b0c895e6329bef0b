"""The command as a process: streams, signals, pipes, terminals of all kinds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from cli.conftest import COMMAND

TREND = "examples/trend.py:trend"
SHORT = ["run", TREND, "--data", "synthetic:3000"]


@pytest.mark.smoke
def test_results_on_stdout_and_progress_on_stderr(process):
    ended = process("demo", "--candles", 20_000)
    assert ended.code == 0
    assert "EMA pair" in ended.out and "10 simulations, 200,000 candles" in ended.out
    assert ended.err.count("\n") == 11 and ended.err.startswith("20,000 candles made in ")


@pytest.mark.smoke
def test_json_alone_on_stdout(process):
    ended = process(*SHORT, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["candles"]["count"] == 3000


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c(strategy_file):
    file = strategy_file("import sys, time\nprint('waiting', file=sys.stderr, flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [*COMMAND, "run", f"{file}:s", "--data", "synthetic:300"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr.readline() == b"waiting\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.split()) == (130, b"", [b"Interrupted."])


@pytest.mark.skipif(sys.platform == "win32", reason="processes are interrupted in another way")
def test_ctrl_c_in_the_demo():
    process = subprocess.Popen(
        [*COMMAND, "demo", "--candles", "3000000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert err.endswith(b"Interrupted.\n") and b"Traceback" not in err


@pytest.mark.parametrize("arguments", [SHORT, [*SHORT, "--json"], ["--help"], ["demo", "--candles", "3000"]])
def test_a_reader_that_leaves_hears_nothing(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [*COMMAND, *arguments], check=False, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert "Broken" not in ended.stderr and "Error" not in ended.stderr and "Traceback" not in ended.stderr


def test_no_colours_and_no_control_codes_without_a_terminal(process):
    for arguments in (SHORT, ["demo", "--candles", "3000"]):
        ended = process(*arguments)
        assert "\x1b" not in ended.out + ended.err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding(process, encoding):
    ended = process(*SHORT, "--symbol", "€Ω", PYTHONIOENCODING=encoding)
    assert ended.code == 0 and "3,000 candles" in ended.out


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_any_width(process, columns):
    for arguments in (SHORT, ["demo", "--candles", "3000"]):
        ended = process(*arguments, COLUMNS=str(columns))
        assert ended.code == 0 and "Sharpe" in ended.out
    assert ["Win", "rate", "of", "the", "trades"] in [
        line.split()[:2] + line.split()[4:] for line in process(*SHORT, COLUMNS=str(columns)).out.splitlines()
    ]


def test_the_width_of_a_terminal_of_80_holds_every_table(process):
    ended = process("run", "examples/reversal.py:reversal", "--data", "synthetic:3000", COLUMNS="80")
    rows = [line for line in ended.out.splitlines() if line.startswith("2000-")]
    assert rows and all(len(line.split()) == 8 and len(line) <= 80 for line in rows)
